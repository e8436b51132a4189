"""The board: choose data sets and measure, filter, compare, share."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from harness.leaderboard.row import Row
from leaderboard_app.charts import SHOWN, score_bars
from leaderboard_app.choices import View, choose, show_view_link
from leaderboard_app.columns import FACTS, board_columns
from leaderboard_app.frames import (
    LINK,
    board_csv,
    board_frame,
    measures_of,
    select_rows,
    tie_span,
)
from leaderboard_app.layout import show_empty
from leaderboard_app.links import page_link, plain
from leaderboard_app.store import Snapshot, read_snapshot

# Comments, not strings: Streamlit can show a bare string of a page's file as text.
CHARTED = 4  # with more data sets than this, tables are shown without charts
VISIBLE_ROWS = 25  # a longer table scrolls inside itself


def show() -> None:
    """Draw the page."""
    snapshot = read_snapshot()
    st.title("Retrieval leaderboard")
    st.caption(
        "Every score is computed here from the run file itself; nothing is taken from a submitter. "
        f"Board digest {snapshot.board.digest[:12]}…"
    )
    if not snapshot.board.rows:
        show_empty()
        return
    view = choose(snapshot)
    if view is None:
        return
    for name in view.datasets:
        show_dataset(snapshot, name, view)
    show_run_chooser([row for row in snapshot.board.rows if row.dataset in view.datasets])
    show_view_link(view)


def show_dataset(snapshot: Snapshot, name: str, view: View) -> None:
    """Heading, table, chart and remarks of one data set."""
    entry = snapshot.datasets[name]
    everything = [row for row in snapshot.board.rows if row.dataset == name]
    rows = select_rows(everything, name, view.families, view.words, view.measure)
    st.subheader(plain(entry.title), anchor=name)
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = f"{len(rows)} of {len(everything)}" if len(rows) < len(everything) else f"{len(rows)}"
        st.caption(f"{plain(name)} · {shown} systems · ordered by {plain(view.measure)}", width="stretch")
        page_link("dataset", "About this data set", {"dataset": name})
    if rows:
        show_table(snapshot, rows, view)
    elif everything:
        st.info("No system passes the filters.")
    show_remarks(snapshot, name, everything)


def show_table(snapshot: Snapshot, rows: Sequence[Row], view: View) -> None:
    """The table, its CSV and its chart."""
    name = rows[0].dataset
    measures = measures_of(rows)
    frame = board_frame(rows, measures, view.measure)
    others = [column for column in (*measures, *FACTS) if column in view.columns]
    facts = [column for column in others if column in FACTS]
    scores = [view.measure, *(column for column in others if column in measures and column != view.measure)]
    family, rest = [c for c in facts if c == "family"], [c for c in facts if c != "family"]
    st.dataframe(
        frame,
        hide_index=True,
        column_order=["system", LINK, *family, *scores, *rest],
        column_config=board_columns(measures, rows[0].judged_queries),
        height="content" if len(rows) <= VISIBLE_ROWS else 35 * (VISIBLE_ROWS + 1),
        alt=f"Systems on {name}, ordered by {view.measure}",
    )
    if len(view.datasets) <= CHARTED:
        st.altair_chart(
            score_bars(rows, view.measure),
            alt=f"Bars of {view.measure} on {name}; the table above holds the same values",
        )
        if any(tie_span(row, view.measure) for row in rows):
            st.caption("A thin line spans the values over all orders of tied documents.")
        if len(rows) > SHOWN:
            st.caption(f"The chart shows the first {SHOWN} systems of the table.")
    st.download_button(
        "Table as CSV",
        partial(board_csv, rows, measures, snapshot.board.digest),  # made when somebody asks for it
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"csv-{name}",
        on_click="ignore",
        icon=":material/download:",
        help="The rows above at full precision, with the hash of each run and the digest of the board.",
    )


def show_remarks(snapshot: Snapshot, name: str, rows: Sequence[Row]) -> None:
    """What stands behind a macro average, and who is missing from it."""
    parts = next((row.parts for row in rows if row.parts), ())
    if parts:
        listed = ", ".join(plain(part) for part in parts)
        st.caption(f"Each value is the mean of {len(parts)} data sets, which weigh the same: {listed}.")
    lacking = [(system, gone) for dataset, system, gone in snapshot.board.incomplete if dataset == name]
    if lacking:
        lines = [f"- {plain(system)} lacks {', '.join(map(plain, gone))}" for system, gone in lacking]
        st.markdown("\n".join(["Not averaged, because a part is missing:", "", *lines]))


def show_run_chooser(rows: Sequence[Row]) -> None:
    """A way to a run's page that needs no pointer: the table's links are drawn on a canvas."""
    st.divider()
    names = {f"{row.system} on {row.dataset}": row for row in rows}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Open a run",
            list(names),
            index=None,
            placeholder="Choose a system",
            width=420,
            help="Card, findings of validation, values per query and downloads of one run.",
        )
        if chosen:
            row = names[chosen]
            page_link("run", f"Open {chosen}", {"dataset": row.dataset, "system": row.system})


show()
