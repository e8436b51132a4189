"""A run's page: ``run?dataset=…&system=…`` is its permalink."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from harness.leaderboard.facts import reproduction_of
from harness.leaderboard.row import Row
from leaderboard_app.frames import measures_of
from leaderboard_app.layout import show_empty, show_missing
from leaderboard_app.links import page_link, plain
from leaderboard_app.pages import PAGES
from leaderboard_app.run_list import show_runs
from leaderboard_app.run_making import show_card, show_files
from leaderboard_app.run_scores import show_issues, show_per_query, show_scores
from leaderboard_app.store import Snapshot, read_detail, read_snapshot


def show() -> None:
    """Draw the page of the run that the address names, or a list where it names none."""
    snapshot = read_snapshot()
    dataset, system = st.query_params.get("dataset"), st.query_params.get("system")
    if dataset is None or system is None:
        narrow_list(dataset, system)
        show_list(snapshot)
        return
    row = next((r for r in snapshot.board.rows if (r.dataset, r.system) == (dataset, system)), None)
    if row is None:
        st.title("No such run")
        show_missing(f"The board holds no run of {system!r} on {dataset!r}. It may have been renamed.")
        return
    show_heading(snapshot, row)
    measures = measures_of([row])
    show_scores(row, measures)
    if row.parts:
        show_parts(snapshot, row, measures)
        return
    if snapshot.policy(row.dataset).per_query:
        show_per_query(row, measures)
    else:
        st.info("The judgments of this data set are kept back, so values of single queries are not shown.")
    detail = read_detail(row.dataset, row.system)
    show_issues(detail, whole=snapshot.policy(row.dataset).per_query)
    show_card(row, detail)
    show_files(row, detail, offer=snapshot.policy(row.dataset).run_files)


def narrow_list(dataset: str | None, system: str | None) -> None:
    """An address that names one of the two opens the list of those runs, by the list's own parameters."""
    wanted = {"on": dataset, "find": system}
    if dataset or system:
        st.switch_page(PAGES["run"].file, query_params={key: name for key, name in wanted.items() if name})


def show_list(snapshot: Snapshot) -> None:
    """All runs, for visitors who come without a permalink."""
    st.title("Runs")
    if not snapshot.board.rows:
        show_empty()
        return
    show_runs(snapshot)


def show_heading(snapshot: Snapshot, row: Row) -> None:
    """Name, family, description and the ways back."""
    st.title(plain(row.system))
    with st.container(horizontal=True, vertical_alignment="center"):
        words = (
            plain(row.family),
            f"on {plain(row.dataset)}",
            f"made {row.created[:10]}" if row.created else "",
            f"version {row.version}" if row.version > 1 else "",
            f"by {plain(row.submitter)}" if row.submitter else "",
        )
        st.caption(" · ".join(filter(None, words)))
        page_link("system", f"All of {row.system}", {"system": row.system})
        page_link("board", "Board", {"benchmark": "own", "datasets": row.dataset})
        page_link("dataset", snapshot.datasets[row.dataset].title, {"dataset": row.dataset})
    st.text(row.description)
    told = reproduction_of(row)
    if told:
        machine = f" on {told['machine_class']}" if told.get("machine_class") else ""
        st.caption(
            plain(f"Last made again here {told.get('time', '')[:10]}: {told.get('verdict', '')}{machine}.")
        )
    for mark in row.marks:
        st.warning(plain(f"Admission noticed: {mark}"))


def show_parts(snapshot: Snapshot, row: Row, measures: Sequence[str]) -> None:
    """The runs behind a macro average."""
    st.header("What the average is made of")
    st.write(f"Each value is the mean of {len(row.parts)} data sets, which weigh the same.")
    found = {r.dataset: r for r in snapshot.board.rows if r.system == row.system}
    parts = [found[part] for part in row.parts]
    frame = pd.DataFrame(
        {
            "Data set": [part.dataset for part in parts],
            **{name: [part.measures[name] for part in parts] for name in measures},
        }
    )
    config = {name: st.column_config.NumberColumn(format="%.4f") for name in measures}
    st.dataframe(frame, hide_index=True, column_config=config, alt="Scores on the parts of the average")
    for part in parts:
        page_link("run", f"{part.system} on {part.dataset}", {"dataset": part.dataset, "system": part.system})


show()
