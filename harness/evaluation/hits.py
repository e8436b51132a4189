"""What is left of a run once it has been ranked and compared with the judgments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.evaluation.judgments import Judgments
from harness.records import Floats

T = TypeVar("T")


class Relevant(NamedTuple):
    """The relevant documents that a run returned, query by query in rank order; int64[m] each."""

    query: Ints
    rank: Ints
    nth: Ints  # 1 for the first relevant document of its query, 2 for the second, …


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hits:
    """The returned documents that have a judgment (h of them, q judged queries), in rank order.

    Every measure is a function of this and of the judgments: documents without a judgment matter only
    through the ranks they take up.

    Attributes:
        judgments: what the run was compared with.
        returned: int64[q], documents returned for each judged query; 0 where the run lacks the query.
        starts: int64[q + 1]; the hits of query i are rows ``starts[i]`` to ``starts[i + 1]``.
        ranks: int64[h], from 1 in trec_eval's order, ascending inside a query.
        grades: int32[h]; negative means in the pool, but unjudged.
        tie_starts: int64[h], rank of the first document of the block of equal scores around the hit.
        tie_sizes: int64[h], documents in that block; 1 where the score is unique.
        tied_pairs: int64[q], pairs of returned documents with equal scores.
        score_precision: ``"double"`` or ``"single"``, how scores were compared.
    """

    judgments: Judgments
    returned: Ints
    starts: Ints
    ranks: Ints
    grades: npt.NDArray[np.int32]
    tie_starts: Ints
    tie_sizes: Ints
    tied_pairs: Ints
    score_precision: str
    _cache: dict[Any, Any] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.ranks)

    def cached(self, key: Any, make: Callable[[], T]) -> T:
        """The value under ``key``, made when it is first asked for; measures share what they derive."""
        if key not in self._cache:
            self._cache[key] = make()
        value: T = self._cache[key]
        return value

    @property
    def queries(self) -> Ints:
        """int64[h], for each hit the position of its query."""
        counts = np.diff(self.starts)
        return self.cached("queries", lambda: np.repeat(np.arange(len(counts), dtype=np.int64), counts))

    def relevant(self, rel: int) -> Relevant:
        """The hits of grade ``rel`` or higher."""
        return self.cached(("relevant", rel), lambda: self._relevant(rel))

    def _relevant(self, rel: int) -> Relevant:
        rows = np.flatnonzero(self.grades >= rel)
        query = self.queries[rows]
        return Relevant(query, self.ranks[rows], self.nth(query))

    def nth(self, query: Ints) -> Ints:
        """1, 2, 3, … inside each query, for rows whose queries ascend; int64[len(query)]."""
        counts = np.bincount(query, minlength=len(self.returned))
        first = np.cumsum(counts) - counts
        return np.arange(1, len(query) + 1, dtype=np.int64) - first[query]

    def count_relevant(self, rel: int, cutoff: int | None) -> Ints:
        """Relevant documents among the first ``cutoff``, int64[q]."""
        return self.cached(("count", rel, cutoff), lambda: self._count_relevant(rel, cutoff))

    def _count_relevant(self, rel: int, cutoff: int | None) -> Ints:
        query, rank, _ = self.relevant(rel)
        chosen = query if cutoff is None else query[rank <= cutoff]
        return np.bincount(chosen, minlength=len(self.returned))

    def sum_in_rank_order(self, query: Ints, values: Floats) -> Floats:
        """Sum ``values`` query by query, one after another as C code does; float64[q].

        ``np.bincount`` adds sequentially, whereas ``np.sum`` adds pairwise and rounds differently.
        """
        sums = np.bincount(query, weights=values, minlength=len(self.returned))
        return sums.astype(np.float64, copy=False)
