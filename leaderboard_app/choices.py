"""The choices above the board: data sets, measure, filters, columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from harness.leaderboard.row import Row
from leaderboard_app.columns import FACTS, HIDDEN
from leaderboard_app.frames import measures_of, shared_measures
from leaderboard_app.store import Snapshot
from leaderboard_app.view_state import choose_many, choose_one, view_link, write_text

AT_FIRST = 3
"""With more data sets than this, a visitor who has chosen nothing sees the first only."""


class View(NamedTuple):
    """What the visitor asked to see."""

    datasets: Sequence[str]
    measure: str
    families: Sequence[str]
    words: str
    columns: Sequence[str]


def choose(snapshot: Snapshot) -> View | None:
    """The choices above the tables; None, after saying why, where they leave nothing to show."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        datasets = choose_datasets(list(snapshot.board.headlines))
        rows = [row for row in snapshot.board.rows if row.dataset in datasets]
        by_dataset = [[row for row in rows if row.dataset == name] for name in datasets]
        lists = [measures_of(found) for found in by_dataset if found]
        measures = shared_measures(lists)
        if measures:
            return choose_rest(datasets, rows, lists, measures)
    st.info(
        "These data sets share no measure; choose fewer." if lists else "Choose a data set that has runs."
    )
    return None


def choose_datasets(names: Sequence[str]) -> list[str]:
    """The data sets to show."""
    return choose_many(
        "Data sets",
        "datasets",
        names,
        first=names if len(names) <= AT_FIRST else names[:1],
        help="One table for each. Nothing is averaged over data sets but declared macro averages.",
        placeholder="Choose data sets",
        width=340,
    )


def choose_rest(
    datasets: Sequence[str], rows: Sequence[Row], lists: Sequence[Sequence[str]], measures: Sequence[str]
) -> View:
    """Measure, filters and columns; ``measures`` are those that all ``lists`` share."""
    measure = choose_one(
        "Measure",
        "measure",
        measures,
        help="Orders the tables; all chosen data sets have it.",
        width=170,
    )
    families = choose_many(
        "Family",
        "family",
        sorted({row.family for row in rows}),
        help="Keeps systems of these families; none chosen keeps all.",
        placeholder="All families",
        width=260,
    )
    words = write_text(
        "Search",
        "find",
        help="Every word has to stand in system, family or description.",
        placeholder="System or description",
        width=260,
    )
    others = dict.fromkeys(name for found in lists for name in found if name != measure)
    return View(datasets, measure, families, words, choose_columns(list(others)))


def choose_columns(measures: Sequence[str]) -> Sequence[str]:
    """Columns of the tables besides system, link and the chosen measure."""
    options = [*measures, *FACTS]
    with st.popover("Columns", icon=":material/view_column:", width=140):
        return st.multiselect(
            "Columns to show",
            options,
            default=[name for name in options if name not in HIDDEN],
            key="columns",
            help="System, run link and the chosen measure are always there.",
            bind="query-params",
        )


def show_view_link(view: View) -> None:
    """The view as a link that says all of it."""
    with st.expander("Link to this view"):
        parts = {"datasets": view.datasets, "measure": view.measure, "family": view.families}
        st.code(view_link({**parts, "find": view.words}), language=None, wrap_lines=True)
