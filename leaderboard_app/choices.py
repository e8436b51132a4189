"""The choices above the board: benchmark, measure, filters, columns; all of them live in the address."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from harness.leaderboard.benchmarks import OWN, Benchmark, offered, usual
from harness.leaderboard.facts import ACCOUNTS
from harness.leaderboard.filters import Filter
from leaderboard_app.columns import FACTS, HIDDEN, ONLY_ONE
from leaderboard_app.filter_choices import parameters_of
from leaderboard_app.frames import measures_of, shared_measures
from leaderboard_app.store import Snapshot
from leaderboard_app.view_state import choose_many, choose_named, choose_one, tell_absent, view_link


class View(NamedTuple):
    """What the visitor asked to see, before filters."""

    benchmark: str
    title: str
    datasets: tuple[str, ...]
    measure: str
    others: tuple[str, ...]


def choose(snapshot: Snapshot, lists: Mapping[str, Benchmark], systems: Present) -> View | None:
    """Benchmark and measure; None, after saying why, where the choice leaves nothing to show."""
    if st.query_params.get_all("datasets") and "benchmark" not in st.query_params:
        st.session_state.setdefault("benchmark", OWN)  # data sets by name are an own selection
    name = choose_named(
        "Benchmark",
        "benchmark",
        {key: lists[key].title for key in in_order(lists, systems)},
        help="A list of data sets. The score is the mean over all of them, each weighing the same.",
        width=240,
    )
    datasets = lists[name].datasets
    if name == OWN:
        datasets = tuple(
            choose_many(
                "Data sets",
                "datasets",
                list(snapshot.datasets),
                first=list(snapshot.datasets)[:1],
                help="The score is the mean over those that you choose, each weighing the same.",
                placeholder="Choose data sets",
                width=340,
            )
        )
    measures = measures_on(snapshot, datasets)
    if not measures:
        found = any(snapshot.rows_on(name) for name in datasets)
        st.info(
            "These data sets share no measure; choose fewer." if found else "Choose a data set with runs."
        )
        return None
    measure = choose_one(
        "Measure", "measure", measures, help="Orders the table; all data sets have it.", width=150
    )
    return view_of(name, lists[name], datasets, measure, measures)


def measures_on(snapshot: Snapshot, datasets: Sequence[str]) -> list[str]:
    """The measures that all runs on some data sets have, the headline first."""
    return shared_measures([measures_of(rows) for name in datasets if (rows := snapshot.rows_on(name))])


def view_of(
    name: str, benchmark: Benchmark, datasets: Sequence[str], measure: str, measures: Sequence[str]
) -> View:
    """A view of some data sets by a measure; the other measures are columns of a single data set."""
    others = tuple(other for other in measures if other != measure) if len(datasets) == 1 else ()
    return View(name, benchmark.title, tuple(datasets), measure, others)


Present = Mapping[str, Collection[str]]


def lists_of(snapshot: Snapshot) -> tuple[dict[str, Benchmark], Present]:
    """The lists that the board can show, and the systems on each of its data sets."""
    present = {name: {row.system for row in snapshot.rows_on(name)} for name in snapshot.datasets}
    parts = {part for entry in snapshot.datasets.values() for part in entry.spec.get("parts") or ()}
    return offered(present, parts), present


def in_order(lists: Mapping[str, Benchmark], present: Present) -> list[str]:
    """The names of the lists, the usual one first."""
    first = usual(lists, present)
    return [first, *(name for name in lists if name != first)]


def column_names(view: View, told: Collection[str]) -> list[str]:
    """Columns that a view can have besides group, system and score; of the accounts those that are told."""
    single = len(view.datasets) == 1
    absent = {name for name in ACCOUNTS if name not in told} | set(() if single else ONLY_ONE)
    names = [*view.others, *(name for name in FACTS if name not in absent)]
    return names if single else ["data sets", *names]


def usual_columns(view: View, told: Collection[str]) -> list[str]:
    """Columns that a view has unless the visitor chooses others."""
    judged = {name for name in view.others if name.startswith("Judged@")}  # a fact has it
    return [name for name in column_names(view, told) if name not in {*HIDDEN, *judged}]


def choose_columns(view: View, told: Collection[str]) -> list[str]:
    """Columns besides group, system and score; who has not chosen gets those of each view."""
    usual, before = usual_columns(view, told), st.session_state.get("usual columns")
    if before not in (None, usual) and st.session_state.get("columns") == before:
        st.session_state["columns"] = usual
    st.session_state["usual columns"] = usual
    tell_absent("Columns to show", "columns", column_names(view, told))
    with st.popover("Columns", icon=":material/view_column:", width=130):
        return st.multiselect(
            "Columns to show",
            column_names(view, told),
            default=usual,
            key="columns",
            help="Group, system and score are always there.",
            bind="query-params",
        )


def show_view_link(
    view: View, chosen: Filter, columns: Sequence[str], usual: Sequence[str], day: str
) -> None:
    """The view as a link that says all of it; columns are named where they are not the usual ones."""
    section = st.expander("Link to this view", key="link_to_view", on_change="rerun")
    if not section.open:  # as in the foot of the page: a block of code is heavy
        return
    with section:
        parts: dict[str, str | Sequence[str]] = {
            "benchmark": view.benchmark,
            "datasets": view.datasets if view.benchmark == OWN else (),
            "measure": view.measure,
            "as_of": day,
            **parameters_of(chosen),
            "columns": columns if set(columns) != set(usual) else (),
        }
        st.code(view_link(parts), language=None, wrap_lines=True)
