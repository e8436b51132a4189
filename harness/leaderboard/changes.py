"""What differs between a board of the past and the board of now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from harness.leaderboard.row import Row


class Change(NamedTuple):
    """A row that came, went, or is of another run; ``before`` and ``now`` are its scores, None if absent."""

    dataset: str
    system: str
    kind: str
    measure: str
    before: float | None
    now: float | None


def changes(before: Iterable[Row], now: Iterable[Row]) -> tuple[Change, ...]:
    """Rows that differ, by data set and system: ``new``, ``gone``, ``another run`` or ``other score``.

    The score is that of the row's first measure. Macro averages follow from their parts and are left out.
    """
    old = {(row.dataset, row.system): row for row in before if not row.parts}
    new = {(row.dataset, row.system): row for row in now if not row.parts}
    found = []
    for key in sorted(old.keys() | new.keys()):
        was, is_now = old.get(key), new.get(key)
        row = is_now or was
        if row is None:
            continue
        measure = next(iter(row.measures))
        values = [each.measures.get(measure) if each else None for each in (was, is_now)]
        kind = _kind(was, is_now, values)
        if kind:
            found.append(Change(*key, kind, measure, *values))
    return tuple(found)


def _kind(was: Row | None, now: Row | None, values: list[float | None]) -> str:
    if was is None or now is None:
        return "new" if was is None else "gone"
    if was.sha256 != now.sha256:
        return "another run"
    return "other score" if values[0] != values[1] else ""
