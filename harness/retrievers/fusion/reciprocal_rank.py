"""Reciprocal rank fusion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from harness.rankings import Run, cut
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class ReciprocalRank:
    """Each run gives a document 1 / (k + rank), ranks from 1; the sum is the score.

    G. V. Cormack, C. L. A. Clarke, S. Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual
    Rank Learning Methods", SIGIR 2009, which sets k = 60.

    Attributes:
        k: how much the first ranks are held down.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "Sum of 1 / (k + rank) over the runs."

    k: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 60.0

    def __post_init__(self) -> None:
        check_parameters(self)

    def fuse(self, runs: Sequence[Run], depth: int, *, tag: str) -> Run:
        """Fuse the runs; a document that a run lacks gets nothing from it."""
        scores: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for run in runs:
            for query, documents, _ in run.rankings():
                gained = scores[query]
                for rank, document in enumerate(documents, start=1):
                    gained[document] += 1.0 / (self.k + rank)
        return cut(Run.from_dict(scores, tag), depth)
