"""How a check names what it found."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice

EXAMPLES = 5


def some(items: Collection[str]) -> str:
    """The first few items and how many more there are."""
    shown = ", ".join(islice(items, EXAMPLES))
    return f"{shown} and {len(items) - EXAMPLES:,} more" if len(items) > EXAMPLES else shown


def number(count: int, noun: str, plural: str = "") -> str:
    """``1 document``, ``2,000 documents``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def distinct(items: Iterable[str]) -> list[str]:
    """The items without repeats, in their order."""
    return list(dict.fromkeys(items))
