"""The list of all runs, for visitors who come without a permalink: a search, two filters, a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from harness.leaderboard.facts import REPRODUCED, reproduction_of
from harness.leaderboard.row import Row
from leaderboard_app.links import page_link, run_link
from leaderboard_app.store import Snapshot
from leaderboard_app.view_state import choose_many, write_text

NAMED = 500
"""Runs that are offered by name below the table; of more the page asks for a search first."""


def show_runs(snapshot: Snapshot) -> None:
    """A row a run, found by words, data set and family."""
    rows = snapshot.board.rows
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = write_text(
            "Search",
            "find",
            help="Every word has to stand in system, data set, family or description.",
            placeholder="System, data set or description",
            width=280,
        )
        datasets = choose_many(
            "Data set",
            "on",
            list(dict.fromkeys(row.dataset for row in rows)),
            help="What the runs are on; none chosen keeps all.",
            placeholder="All data sets",
            width=260,
        )
        families = choose_many(
            "Family",
            "family",
            sorted({row.family for row in rows}),
            help="What kind of system; none chosen keeps all.",
            placeholder="All families",
            width=260,
        )
    kept = [
        row
        for row in rows
        if (not datasets or row.dataset in datasets)
        and (not families or row.family in families)
        and _has(words.casefold().split(), row)
    ]
    st.caption(f"{len(kept):,} of {len(rows):,} runs")
    if not kept:
        st.info("No run passes the filters; take one away.")
        return
    _show_table(snapshot, kept)
    _open_one(kept)


def _has(words: Sequence[str], row: Row) -> bool:
    text = f"{row.system} {row.dataset} {row.family} {row.description}".casefold()
    return all(word in text for word in words)


def _show_table(snapshot: Snapshot, kept: Sequence[Row]) -> None:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        runs_frame(snapshot, kept),
        hide_index=True,
        placeholder="",
        column_config={
            "system": text("System", pinned=True, help="The system's name."),
            "link": st.column_config.LinkColumn("Run", display_text="open", width=60, help="The run's page."),
            "data set": text("Data set", help="What the run is on."),
            "family": text("Family", help="What kind of retrieval it is, as its card says."),
            "measure": text("Measure", width=90, help="The headline measure of the data set."),
            "score": number("Score", format="%.4f", help="By the headline measure."),
            "reproduced": text("Reproduced", help="The day it was last made again here with the same score."),
            "date": text("Date", width=95, help="The day the run was made, in UTC."),
            "description": text("Description", width="large", help="What its card says."),
        },
        alt="All runs of the board with short facts",
    )


def runs_frame(snapshot: Snapshot, kept: Sequence[Row]) -> pd.DataFrame:
    """A row a run, in the order of ``kept``."""
    measures = [snapshot.datasets[row.dataset].headline for row in kept]
    told = [reproduction_of(row) for row in kept]
    return pd.DataFrame(
        {
            "system": [row.system for row in kept],
            "link": [run_link(row.dataset, row.system) for row in kept],
            "data set": [row.dataset for row in kept],
            "family": [row.family for row in kept],
            "measure": measures,
            "score": pd.array(
                [row.measures.get(name) for row, name in zip(kept, measures, strict=True)], dtype="Float64"
            ),
            "reproduced": [
                each.get("time", "")[:10] if each.get("verdict") in REPRODUCED else "" for each in told
            ],
            "date": [row.created[:10] for row in kept],
            "description": [" ".join(row.description.split()) for row in kept],
        }
    )


def _open_one(kept: Sequence[Row]) -> None:
    """The way to a run by its name, a choice and a link."""
    if len(kept) > NAMED:
        st.caption(f"With {NAMED} runs or fewer they can be opened by name here, too: search first.")
        return
    names = {f"{row.system} on {row.dataset}": row for row in kept}
    chosen = st.selectbox(
        "Run",
        list(names),
        index=None,
        placeholder="Choose by name",
        help="The same pages as the links in the table.",
        width=420,
    )
    if chosen:
        row = names[chosen]
        page_link("run", f"Open {chosen}", {"dataset": row.dataset, "system": row.system})
