"""Two rankings of one query beside each other: ranks, grades, moves, and who was never judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Place(NamedTuple):
    """A document in one of the two rankings.

    ``grade`` is None where nobody judged it (a negative grade, pooled but unjudged, counts as that), and
    ``other`` its rank in the other ranking, None where it is not there.
    """

    rank: int
    document: str
    grade: int | None
    other: int | None

    @property
    def move(self) -> int | None:
        """How many ranks higher it stands here than in the other ranking."""
        return None if self.other is None else self.other - self.rank


def side_by_side(
    first: Sequence[str], second: Sequence[str], grades: Mapping[str, int], top: int = 10
) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """The first ``top`` places of both rankings; ranks in the other one are looked for in all of it."""
    return _places(first, second, grades, top), _places(second, first, grades, top)


def _places(
    ranking: Sequence[str], other: Sequence[str], grades: Mapping[str, int], top: int
) -> tuple[Place, ...]:
    ranks = {document: rank for rank, document in enumerate(other, start=1)}
    return tuple(
        Place(
            rank,
            document,
            grade if (grade := grades.get(document)) is not None and grade >= 0 else None,
            ranks.get(document),
        )
        for rank, document in enumerate(ranking[:top], start=1)
    )
