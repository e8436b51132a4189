"""What differs between two cards, group by group."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from harness.errors import UnknownNameError
from harness.runfiles.card import RunCard
from harness.runfiles.card_facts import GROUPS, facts


class Difference(NamedTuple):
    """A key path whose values differ; None where a card does not state it."""

    group: str
    key: str
    first: Any
    second: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDifferences:
    """The differences of two cards.

    Attributes:
        differences: by group in the order of ``GROUPS``, then in the order of the cards.
        ignored: groups that were not compared.
    """

    differences: tuple[Difference, ...]
    ignored: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing that was compared differs."""
        return not self.differences

    def of(self, group: str) -> tuple[Difference, ...]:
        """The differences of one group."""
        return tuple(each for each in self.differences if each.group == group)


def diff_cards(first: RunCard, second: RunCard, *, ignore: Collection[str] = ()) -> CardDifferences:
    """Compare two cards value by value; 1 and 1.0 are the same, "1" is not.

    Args:
        first, second: the cards.
        ignore: groups that are not compared: ``system``, ``parameters``, ``data``, ``environment``,
            ``timings`` or ``run``.

    Raises:
        UnknownNameError: ``ignore`` names no group.
    """
    for name in ignore:
        if name not in GROUPS:
            raise UnknownNameError("group of a card", name, GROUPS)
    old, new = ({(fact.group, fact.key): fact.value for fact in facts(card)} for card in (first, second))
    order = list(GROUPS)
    places = sorted(dict.fromkeys([*old, *new]), key=lambda place: order.index(place[0]))
    found = [
        Difference(*place, old.get(place), new.get(place))
        for place in places
        if place[0] not in ignore and not _equal(old.get(place), new.get(place))
    ]
    return CardDifferences(
        differences=tuple(found), ignored=tuple(name for name in GROUPS if name in set(ignore))
    )


def _equal(first: Any, second: Any) -> bool:
    """As in JSON: true is no number."""
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_equal, first, second))
    return isinstance(first, bool) == isinstance(second, bool) and bool(first == second)
