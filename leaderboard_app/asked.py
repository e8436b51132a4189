"""What an address asks of the board, read without widgets: the first paint knows it before the page runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from harness.leaderboard.benchmarks import OWN
from harness.leaderboard.filters import Filter
from leaderboard_app.addresses import Address
from leaderboard_app.choices import View, in_order, lists_of, measures_on, view_of
from leaderboard_app.filter_choices import filter_of
from leaderboard_app.pages import PAGES
from leaderboard_app.store import Snapshot
from leaderboard_app.view_state import has_come


class Asked(NamedTuple):
    """A view with its filters and, for a board of the past, the day."""

    view: View
    chosen: Filter
    day: str


def asked(snapshot: Snapshot, items: Iterable[tuple[str, str]]) -> Asked | None:
    """What the page shows for an address; None where it shows no table.

    Values that are no choice of the page count as not given, as they do for its widgets.

    Args:
        snapshot: the board.
        items: names and values of the query string, in order.
    """
    written: dict[str, list[str]] = {}
    for key, value in items:
        written.setdefault(key, []).append(value)
    given = Address(written, PAGES["board"]).respelled()
    lists, present = lists_of(snapshot)
    name = _one(given, "benchmark", in_order(lists, present))
    datasets = lists[name].datasets
    if name == OWN:
        known = list(snapshot.datasets)
        datasets = tuple(each for each in given.get("datasets", ()) if each in known) or tuple(known[:1])
    measures = measures_on(snapshot, datasets)
    if not measures:
        return None
    measure = _one(given, "measure", measures)
    day = _last(given, "as_of")
    if day and not has_come(day):
        return None
    return Asked(view_of(name, lists[name], datasets, measure, measures), filter_of(given), day)


def _last(given: Mapping[str, Sequence[str]], key: str) -> str:
    return given[key][-1] if given.get(key) else ""


def _one(given: Mapping[str, Sequence[str]], key: str, options: Sequence[str]) -> str:
    found = _last(given, key)
    return found if found in options else options[0]
