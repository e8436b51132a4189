"""The choices above the board: benchmark, measure, filters, columns; all of them live in the address."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from harness.leaderboard.benchmarks import OWN, Benchmark, offered, usual
from harness.leaderboard.facts import Facts
from harness.leaderboard.filters import NOT_STATED, Filter
from harness.leaderboard.overview import Line
from leaderboard_app.columns import FACTS, HIDDEN, ONLY_ONE
from leaderboard_app.frames import measures_of, shared_measures
from leaderboard_app.store import Snapshot
from leaderboard_app.view_state import (
    choose_day,
    choose_many,
    choose_named,
    choose_one,
    switch,
    view_link,
    write_text,
)

SIZES = {"any": None, "1 MB": 1e6, "10 MB": 1e7, "100 MB": 1e8, "1 GB": 1e9, "10 GB": 1e10}
"""Choices of the largest index, in bytes."""


class View(NamedTuple):
    """What the visitor asked to see, before filters."""

    benchmark: str
    title: str
    datasets: tuple[str, ...]
    measure: str
    others: tuple[str, ...]


def choose(snapshot: Snapshot, lists: Mapping[str, Benchmark], systems: Present) -> View | None:
    """Benchmark and measure; None, after saying why, where the choice leaves nothing to show."""
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
    found = {name: rows for name in datasets if (rows := snapshot.rows_on(name))}
    measures = shared_measures([measures_of(rows) for rows in found.values()])
    if not measures:
        why = "These data sets share no measure; choose fewer." if found else "Choose a data set with runs."
        st.info(why)
        return None
    measure = choose_one(
        "Measure", "measure", measures, help="Orders the table; all data sets have it.", width=150
    )
    others = tuple(other for other in measures if other != measure) if len(datasets) == 1 else ()
    return View(name, lists[name].title, datasets, measure, others)


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


def choose_filter(lines: Sequence[tuple[Line, Facts]]) -> Filter:
    """Search and filters; ``lines`` are all that there are, from which the options come."""
    words = write_text(
        "Search",
        "find",
        help="Every word has to stand in system, family, description or first stage.",
        placeholder="System or description",
        width=220,
    )
    with st.popover("Filters", icon=":material/filter_list:", width=120):
        families = _several("Family", "family", {line.family for line, _ in lines}, "What kind of system.")
        licences = _several(
            "Licence",
            "licence",
            {facts.licence or NOT_STATED for _, facts in lines},
            "Licence of the system or its weights, as its card says.",
        )
        training = _several(
            "Training on these data sets",
            "training",
            {facts.training for _, facts in lines},
            "declared: the card says it was trained on one of them; none: it says it was on none; "
            "unknown: it does not say.",
        )
        since = choose_day(
            "Made since", "since", help="Keeps systems whose newest run is of that day or later."
        )
        size = choose_one(
            "Largest index", "size", list(SIZES), help="Keeps systems whose card says so.", width=200
        )
        reproduced = switch(
            "Reproduced only", "reproduced", "Keeps systems of which a run was reproduced here."
        )
        complete = switch("Complete only", "complete", "Leaves out systems that lack a data set.")
    return Filter(
        words=words,
        families=families,
        licences=licences,
        training=training,
        reproduced=reproduced,
        complete=complete,
        since=since,
        index_bytes=SIZES[size],
    )


def _several(label: str, key: str, options: set[str], help: str) -> list[str]:
    return choose_many(
        label,
        key,
        sorted(options),
        help=f"{help} None chosen keeps all.",
        placeholder="All",
        width=260,
    )


def choose_columns(view: View) -> list[str]:
    """Columns besides group, system and score."""
    single = len(view.datasets) == 1
    names = [*view.others, *(name for name in FACTS if single or name not in ONLY_ONE)]
    if not single:
        names = ["data sets", *names]
    with st.popover("Columns", icon=":material/view_column:", width=130):
        return st.multiselect(
            "Columns to show",
            names,
            default=[name for name in names if name not in HIDDEN],
            key="columns",
            help="Group, system and score are always there.",
            bind="query-params",
        )


def show_view_link(view: View, chosen: Filter) -> None:
    """The view as a link that says all of it."""
    with st.expander("Link to this view"):
        parts: dict[str, str | Sequence[str]] = {
            "benchmark": view.benchmark,
            "datasets": view.datasets if view.benchmark == OWN else (),
            "measure": view.measure,
            "find": chosen.words,
            "family": chosen.families,
            "licence": chosen.licences,
            "training": chosen.training,
            "since": chosen.since,
            "size": next((k for k, v in SIZES.items() if v == chosen.index_bytes and v), ""),
            "reproduced": "true" if chosen.reproduced else "",
            "complete": "true" if chosen.complete else "",
        }
        st.code(view_link(parts), language=None, wrap_lines=True)
