"""Weighted sums of normalised scores, and the interpolation of two runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from harness.errors import CommandError, Problem, SpecError
from harness.rankings import Run, cut
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.fusion.normalisation import Normalisation, normalised

Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Missing = Literal["zero", "lowest"]
"""What a run gives a document that it lacks: 0, or its lowest normalised score for the query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedSum:
    """The sum over the runs of weight * normalised score.

    Attributes:
        weights: one for each run, that of the line first; empty for 1 each.
        normalisation: of every ranking before the sum.
        missing: what a run gives a document that it lacks. ``zero`` is ranx's and Pyserini's rule and is
            meant for normalisations whose lowest score is 0 or near it; a run without the query gives 0.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "Weighted sum of normalised scores."

    weights: Annotated[tuple[Weight, ...], Field(strict=False)] = ()
    normalisation: Normalisation = "min-max"
    missing: Missing = "zero"

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.weights and not any(self.weights):
            raise SpecError("The weights are all 0:", [Problem("weights", "one has to be above 0.")])

    def count_problem(self, runs: int) -> str | None:
        """What is wrong with fusing so many runs."""
        if not self.weights or len(self.weights) == runs:
            return None
        return (
            f"fuse: weighted-sum has {len(self.weights)} weights for {runs} runs: one for the line, "
            "then one for each branch under with."
        )

    def fuse(self, runs: Sequence[Run], depth: int, *, tag: str) -> Run:
        """Fuse the runs.

        Raises:
            CommandError: there are not as many weights as runs.
        """
        _refuse(self.count_problem(len(runs)))
        weights = self.weights or (1.0,) * len(runs)
        return weighted(runs, weights, self.normalisation, self.missing, depth, tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpolation:
    """alpha * score in the line's run + (1 - alpha) * score in the branch's, for two runs.

    S. Wang, S. Zhuang, G. Zuccon, "BERT-based Dense Retrievers Require Interpolation with BM25 for Effective
    Passage Retrieval", ICTIR 2021.

    Attributes:
        alpha: weight of the line's run.
        normalisation: of both rankings before; ``none`` adds raw scores, which are rarely comparable.
        missing: as in :class:`WeightedSum`.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "alpha * line + (1 - alpha) * branch, of normalised scores."

    alpha: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.5
    normalisation: Normalisation = "min-max"
    missing: Missing = "zero"

    def __post_init__(self) -> None:
        check_parameters(self)

    def count_problem(self, runs: int) -> str | None:
        """What is wrong with fusing so many runs."""
        return (
            None
            if runs == 2
            else f"fuse: interpolation joins two runs, the line's and one branch's; found {runs}."
        )

    def fuse(self, runs: Sequence[Run], depth: int, *, tag: str) -> Run:
        """Fuse the two runs.

        Raises:
            CommandError: there are not two.
        """
        _refuse(self.count_problem(len(runs)))
        return weighted(runs, (self.alpha, 1.0 - self.alpha), self.normalisation, self.missing, depth, tag)


def _refuse(problem: str | None) -> None:
    if problem:
        raise CommandError(problem)


def weighted(
    runs: Sequence[Run],
    weights: Sequence[float],
    normalisation: Normalisation,
    missing: Missing,
    depth: int,
    tag: str,
) -> Run:
    """The weighted sum; every document of any run is a candidate, that of a run of weight 0 too."""
    scores: dict[str, dict[str, float]] = {}
    for query, rankings in normalised(runs, normalisation):
        floors = [min(ranking.values(), default=0.0) if missing == "lowest" else 0.0 for ranking in rankings]
        documents = dict.fromkeys(document for ranking in rankings for document in ranking)
        scores[query] = {
            document: sum(
                weight * ranking.get(document, floor)
                for weight, ranking, floor in zip(weights, rankings, floors, strict=True)
            )
            for document in documents
        }
    return cut(Run.from_dict(scores, tag), depth)
