"""The Comb family: one number from the scores that the runs give a document."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from pydantic import ConfigDict

from harness.rankings import Run, cut
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.fusion.normalisation import Normalisation, normalised

Method = Literal["sum", "mnz", "anz", "min", "max", "med"]

METHODS: Final[Mapping[str, Callable[[list[float]], float]]] = {
    "sum": sum,
    "mnz": lambda scores: sum(scores) * len(scores),
    "anz": lambda scores: sum(scores) / len(scores),
    "min": min,
    "max": max,
    "med": statistics.median,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comb:
    """CombSUM, CombMNZ, CombANZ, CombMIN, CombMAX and CombMED.

    E. A. Fox, J. A. Shaw, "Combination of Multiple Searches", TREC-2, 1993. Only the runs that have a
    document count for it: MNZ multiplies the sum by their number, ANZ divides by it.

    Attributes:
        method: what is made of a document's scores.
        normalisation: of every ranking before.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "CombSUM, MNZ, ANZ, MIN, MAX or MED of normalised scores."

    method: Method = "sum"
    normalisation: Normalisation = "min-max"

    def __post_init__(self) -> None:
        check_parameters(self)

    def fuse(self, runs: Sequence[Run], depth: int, *, tag: str) -> Run:
        """Fuse the runs."""
        combine = METHODS[self.method]
        scores: dict[str, dict[str, float]] = {}
        for query, rankings in normalised(runs, self.normalisation):
            given: dict[str, list[float]] = {}
            for ranking in rankings:
                for document, score in ranking.items():
                    given.setdefault(document, []).append(score)
            scores[query] = {document: combine(each) for document, each in given.items()}
        return cut(Run.from_dict(scores, tag), depth)
