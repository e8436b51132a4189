"""The filters above the board; each lives in the address under its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from harness.leaderboard.facts import Facts
from harness.leaderboard.filters import NOT_STATED, Filter
from harness.leaderboard.overview import Line
from leaderboard_app.view_state import choose_day, choose_many, choose_one, is_day, switch, write_text

ANY = "any"

INDEX_SIZES = {ANY: None, "1 MB": 1e6, "10 MB": 1e7, "100 MB": 1e8, "1 GB": 1e9, "10 GB": 1e10}
"""Choices of the largest index, in bytes."""

MODEL_SIZES = {ANY: None, "50 M": 5e7, "150 M": 1.5e8, "500 M": 5e8, "1 B": 1e9, "4 B": 4e9, "10 B": 1e10}
"""Choices of the largest model, in parameters."""


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
        return _filters(words, lines)


def _filters(words: str, lines: Sequence[tuple[Line, Facts]]) -> Filter:
    return Filter(
        words=words,
        families=_several("Family", "family", {line.family for line, _ in lines}, "What kind of system."),
        licences=_several(
            "Licence",
            "licence",
            {facts.licence or NOT_STATED for _, facts in lines},
            "Licence of the system or its weights, as its card says.",
        ),
        training=_several(
            "Training on these data sets",
            "training",
            {facts.training for _, facts in lines},
            "declared: the card says it was trained on one of them; none: it says it was on none; "
            "unknown: it does not say.",
        ),
        since=choose_day(
            "Made since", "since", help="Keeps systems whose newest run is of that day or later."
        ),
        index_bytes=INDEX_SIZES[
            choose_one(
                "Largest index",
                "size",
                list(INDEX_SIZES),
                help="Keeps systems whose card says that their index is no larger.",
                width=200,
            )
        ],
        parameters=MODEL_SIZES[
            choose_one(
                "Largest model",
                "model",
                list(MODEL_SIZES),
                help="Parameters of the largest model of a system. Keeps systems whose card says so.",
                width=200,
            )
        ],
        reproduced=switch(
            "Reproduced only", "reproduced", "Keeps systems of which a run was reproduced here."
        ),
        complete=switch("Complete only", "complete", "Leaves out systems that lack a data set."),
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


def filter_of(given: Mapping[str, Sequence[str]]) -> Filter:
    """The filter that an address asks for: names to values, the last of several values counts.

    What is no choice of the widgets counts as not given; see :func:`offered`.
    """
    last = {key: values[-1] for key, values in given.items() if values}
    since = last.get("since", "")
    return Filter(
        words=last.get("find", ""),
        families=given.get("family", ()),
        licences=given.get("licence", ()),
        training=given.get("training", ()),
        reproduced=last.get("reproduced", "").casefold() == "true",
        complete=last.get("complete", "").casefold() == "true",
        since=since if is_day(since) else "",
        index_bytes=INDEX_SIZES.get(last.get("size", ANY)),
        parameters=MODEL_SIZES.get(last.get("model", ANY)),
    )


def offered(chosen: Filter, lines: Sequence[tuple[Line, Facts]]) -> Filter:
    """The filter less values that no line has: the widgets do not offer them; they count as not given."""
    families = {line.family for line, _ in lines}
    licences = {facts.licence or NOT_STATED for _, facts in lines}
    training = {facts.training for _, facts in lines}
    return replace(
        chosen,
        families=[name for name in chosen.families if name in families],
        licences=[name for name in chosen.licences if name in licences],
        training=[name for name in chosen.training if name in training],
    )


def parameters_of(chosen: Filter) -> dict[str, str | Sequence[str]]:
    """The address of a filter: the other way round of :func:`filter_of`."""
    return {
        "find": chosen.words,
        "family": chosen.families,
        "licence": chosen.licences,
        "training": chosen.training,
        "since": chosen.since,
        "size": _name(INDEX_SIZES, chosen.index_bytes),
        "model": _name(MODEL_SIZES, chosen.parameters),
        "reproduced": "true" if chosen.reproduced else "",
        "complete": "true" if chosen.complete else "",
    }


def _name(sizes: Mapping[str, float | None], value: float | None) -> str:
    return next((name for name, size in sizes.items() if size == value and size), "")
