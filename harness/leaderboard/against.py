"""Scores computed here beside those that others have published for the same system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from harness.leaderboard.row import Row


class Claim(NamedTuple):
    """A published figure: as :class:`harness.reproduction.published.PublishedScore`, what is needed of it."""

    system: str
    dataset: str
    measure: str
    value: float
    digits: int
    label: str
    source: str


class Beside(NamedTuple):
    """A claim with what was computed here, None where there is no run with that measure."""

    claim: Claim
    computed: float | None

    @property
    def difference(self) -> float | None:
        """Computed less published."""
        return None if self.computed is None else self.computed - self.claim.value

    @property
    def verdict(self) -> str:
        """In words: whether the computed mean rounds to the published figure, or how far off it is."""
        if self.difference is None:
            return "no run here"
        gap = abs(self.difference)
        if gap <= 0.5 * 10.0**-self.claim.digits + 1e-9:
            return "the same to the published digits"
        if gap <= CLOSE:
            return f"within {CLOSE:g}"
        return "higher here" if self.difference > 0 else "lower here"


CLOSE = 0.005
"""Half a point: what tokenisers, floating point and versions of an index usually explain."""


def beside(claims: Iterable[Claim], rows: Iterable[Row]) -> tuple[Beside, ...]:
    """Claims with the board's means; those with a run come first, the largest difference on top."""
    means: Mapping[tuple[str, str], Mapping[str, float]] = {
        (row.system, row.dataset): row.measures for row in rows
    }
    found = [
        Beside(claim, means.get((claim.system, claim.dataset), {}).get(claim.measure)) for claim in claims
    ]
    return tuple(
        sorted(found, key=lambda each: (each.computed is None, -abs(each.difference or 0.0), each.claim))
    )
