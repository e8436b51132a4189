"""Which systems a newcomer should look at, and what the numbers of groups do and do not say, in words."""

from __future__ import annotations

from typing import NamedTuple

from harness.leaderboard.overview import Line, Overview

NAMED = 5
"""Names in a sentence; more are counted."""


class Leaders(NamedTuple):
    """A sentence in three pieces: what is said, of whom, and of how many more."""

    said: str
    systems: tuple[str, ...]
    more: int


def leaders(found: Overview) -> Leaders | None:
    """The first group, or the highest score where there are no groups; None where nobody has a score.

    Filters do not change it: it is of the whole board.
    """
    ranked = [line for line in found.lines if line.value is not None]
    if not ranked:
        return None
    first = [line.system for line in ranked if line.group == 1]
    if not first:
        return Leaders("Highest score", (ranked[0].system,), 0)
    if found.note:
        return Leaders("Nobody can be told apart here; highest score", (ranked[0].system,), 0)
    said = f"First group, {len(first)} of {len(ranked)}: no system is significantly better than"
    return Leaders(said, tuple(first[:NAMED]), max(0, len(first) - NAMED))


def crossing(lines: tuple[Line, ...]) -> tuple[Line, Line] | None:
    """The first two lines whose groups stand against the order of their scores; None where none do."""
    highest: Line | None = None
    for line in lines:
        if line.group is None:
            continue
        if highest is not None and highest.group is not None and line.group < highest.group:
            return highest, line
        if highest is None or highest.group is None or line.group > highest.group:
            highest = line
    return None


def crossing_words(lines: tuple[Line, ...], unit: str) -> str:
    """Why the numbers of groups do not rise from line to line; empty where they do.

    Args:
        lines: in the order of the scores.
        unit: what the tests compare over: queries or data sets.
    """
    found = crossing(lines)
    if not found:
        return ""
    above, below = found
    return (
        f"The table is ordered by score, and groups need not rise with it: {below.system} "
        f"(group {below.group}) stands below {above.system} (group {above.group}), yet fewer systems are "
        f"significantly better than it, since it differs from them less evenly over the {unit}."
    )
