"""Pairwise ranking: the model says which of two documents is better, asked in both orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Literal

from harness.records import Document, Query
from harness.retrievers.in_context.asking import Asking, AskingRanker, Compare
from harness.retrievers.in_context.template import Method
from harness.retrievers.neural.retriever import PositiveInt


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairwise(AskingRanker):
    """Z. Qin et al., "LLMs are Effective Text Rankers with Pairwise Ranking Prompting", NAACL Findings 2024.

    Attributes:
        scheme: ``sliding`` lets the best rise from the end, ``passes`` times, in n - 1 comparisons each;
            ``all`` compares every pair.
        passes: of ``sliding``: places that are sorted.
    """

    summary: ClassVar[str] = "Pairwise ranking by a language model: sliding passes or all pairs."
    method: ClassVar[Method] = "pairwise"

    template: str = "pairwise"
    scheme: Literal["sliding", "all"] = "sliding"
    passes: PositiveInt = 10

    def order(self, asking: Asking, query: Query, documents: Sequence[Document]) -> list[int]:
        """Numbers of the documents, best first."""

        def best(numbers: Sequence[int]) -> int:
            return asking.best(query, [documents[number] for number in numbers])

        if self.scheme == "all":
            return all_pairs(len(documents), best)
        return sliding_passes(len(documents), self.passes, best)


def preference(a: int, b: int, best: Compare) -> float:
    """1 if the first of two is better whichever stands first, 0 if the second is, a half if it depends."""
    return ((best([a, b]) == 0) + (best([b, a]) == 1)) / 2


def all_pairs(count: int, best: Compare) -> list[int]:
    """Documents by the sum of their preferences over all others; equal ones in the order given."""
    wins = [0.0] * count
    for a, b in combinations(range(count), 2):
        won = preference(a, b, best)
        wins[a] += won
        wins[b] += 1 - won
    return sorted(range(count), key=lambda number: -wins[number])


def sliding_passes(count: int, passes: int, best: Compare) -> list[int]:
    """Bubble the best document to the front, then the second best, ``passes`` times; ties keep the order."""
    order = list(range(count))
    for done in range(min(passes, count - 1)):
        for place in range(count - 1, done, -1):
            a, b = order[place - 1], order[place]
            if preference(a, b, best) == 0:
                order[place - 1], order[place] = b, a
    return order
