"""Judgments made ready for scoring: counted, sorted and looked up once, used for many runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.errors import DatasetError
from harness.evaluation.discounts import log2_rank_plus_one
from harness.records import Floats, Qrels

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judgments:
    """The judgments of q queries with what measures need of them; everything derived is computed once.

    Attributes:
        qrels: the judgments themselves.
        queries: q query ids, ascending in bytes.
        query_of: int64[n], for each judgment the position of its query.
    """

    qrels: Qrels
    queries: tuple[str, ...]
    query_of: Ints
    _cache: dict[Any, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, qrels: Qrels | Judgments) -> Judgments:
        """Prepare judgments; prepared ones are returned as they are.

        Raises:
            DatasetError: there is no judgment at all.
        """
        if isinstance(qrels, Judgments):
            return qrels
        if not len(qrels):
            raise DatasetError("The judgments are empty, so no run can be scored against them.")
        counts = np.diff(qrels.starts)
        return cls(
            qrels=qrels,
            queries=tuple(qrels.queries.tolist()),
            query_of=np.repeat(np.arange(len(counts), dtype=np.int64), counts),
        )

    def __len__(self) -> int:
        return len(self.queries)

    def cached(self, key: Any, make: Callable[[], T]) -> T:
        """The value under ``key``, made when it is first asked for."""
        if key not in self._cache:
            self._cache[key] = make()
        value: T = self._cache[key]
        return value

    def count(self, chosen: npt.NDArray[np.bool_]) -> Ints:
        """Chosen judgments of each query, int64[q]."""
        return np.bincount(self.query_of[chosen], minlength=len(self)).astype(np.int64, copy=False)

    def relevant(self, rel: int) -> Ints:
        """Documents of grade ``rel`` or higher for each query, int64[q]."""
        return self.cached(("relevant", rel), lambda: self.count(self.qrels.grades >= rel))

    def nonrelevant(self, rel: int) -> Ints:
        """Documents judged (grade not negative) below ``rel`` for each query, int64[q]."""
        grades = self.qrels.grades
        return self.cached(("nonrelevant", rel), lambda: self.count((grades >= 0) & (grades < rel)))

    def ideal(self) -> tuple[Ints, Ints, npt.NDArray[np.int32]]:
        """Query, rank and grade of every positive judgment in the ideal order (grades descending)."""
        return self.cached("ideal", self._ideal)

    def _ideal(self) -> tuple[Ints, Ints, npt.NDArray[np.int32]]:
        positive = np.flatnonzero(self.qrels.grades > 0)
        grades = self.qrels.grades[positive]
        query = self.query_of[positive]
        order = np.lexsort((-grades.astype(np.int64), query))
        counts = np.bincount(query, minlength=len(self))
        first = np.cumsum(counts) - counts
        return query, np.arange(len(query), dtype=np.int64) - first[query] + 1, grades[order]

    def ideal_dcg(self, gain: Callable[[npt.NDArray[np.int32]], Floats], cutoff: int | None) -> Floats:
        """The highest DCG that any ranking can have at ``cutoff``, float64[q], summed in rank order."""
        return self.cached(("ideal_dcg", gain, cutoff), lambda: self._ideal_dcg(gain, cutoff))

    def _ideal_dcg(self, gain: Callable[[npt.NDArray[np.int32]], Floats], cutoff: int | None) -> Floats:
        query, ranks, grades = self.ideal()
        if cutoff is not None:
            kept = ranks <= cutoff
            query, ranks, grades = query[kept], ranks[kept], grades[kept]
        weights = gain(grades) / log2_rank_plus_one(ranks)
        sums: Floats = np.bincount(query, weights=weights, minlength=len(self)).astype(np.float64, copy=False)
        return sums
