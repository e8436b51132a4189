"""Fusions whose scores by rank are learned from judged queries."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal

import numpy as np
from pydantic import ConfigDict, Field

from harness.errors import CommandError, Problem, SpecError
from harness.rankings import Run, cut
from harness.records import Floats
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.fusion.normalisation import NORMALISATIONS, Normalisation

Method = Literal["bayesfuse", "posfuse", "probfuse", "segfuse", "slidefuse"]
Number = Annotated[float, Field(allow_inf_nan=False)]
Table = Annotated[tuple[Number, ...], Field(strict=False, min_length=1)]

BAYES_ENDS: Final = (5, 10, 15, 20, 30, 100, 200, 500, 1000)
"""Ends of the bins of ranks of bayesfuse, ranx's."""
SEGMENT_ENDS: Final = tuple(10 * 2**k - 5 for k in range(10))
"""Ends of the segments of segfuse: 5, 15, 35, … 5115 (M. Shokouhi, ECIR 2007)."""
LEAST_ODDS: Final = math.log(0.001 / 0.999)
"""What bayesfuse gives a document that a run lacks; ranx's."""
LENGTHS: Final[Mapping[str, int]] = {"bayesfuse": len(BAYES_ENDS), "segfuse": len(SEGMENT_ENDS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A document's score is the sum over the runs of what its rank was worth on judged queries.

    Equal to ranx 0.3's methods of the same names, without the package; ``harness fit`` learns the tables.

    - ``bayesfuse``: J. Aslam, M. Montague, SIGIR 2001; log odds of relevance in nine bins of ranks.
    - ``posfuse``: D. Lillis et al., SIGIR 2010; the probability of relevance at each rank.
    - ``probfuse``: D. Lillis et al., SIGIR 2006; that in equal segments of the ranking, divided by the
      segment's number.
    - ``segfuse``: M. Shokouhi, ECIR 2007; that in ten growing segments, times (normalised score + 1).
    - ``slidefuse``: D. Lillis et al., ECIR 2008; as posfuse, the mean over the ranks around.

    Attributes:
        method: which of them.
        tables: one for each run, that of the line first: nine log odds (bayesfuse), ten probabilities
            (segfuse), one probability a segment (probfuse) or a rank (posfuse, slidefuse), 0 after the last.
        window: ranks on each side whose mean is taken (slidefuse alone).
        normalisation: of scores, which only segfuse reads.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "Bayesfuse, posfuse, probfuse, segfuse or slidefuse, with tables learned by fit."

    method: Method
    tables: Annotated[tuple[Table, ...], Field(strict=False, min_length=2)]
    window: Annotated[int, Field(ge=1)] | None = None
    normalisation: Normalisation = "min-max"

    def __post_init__(self) -> None:
        check_parameters(self)
        problems = []
        length = LENGTHS.get(self.method)
        for i, table in enumerate(self.tables):
            if length and len(table) != length:
                message = f"{self.method} has {length} numbers a run; found {len(table)}."
                problems.append(Problem(f"tables[{i}]", message))
        if (self.method == "slidefuse") != (self.window is not None):
            wanted = "needs a window" if self.method == "slidefuse" else "has no window"
            problems.append(Problem("window", f"{self.method} {wanted}; found {self.window}."))
        if problems:
            raise SpecError(f"The fusion {self.method} cannot be made with these parameters:", problems)

    def count_problem(self, runs: int) -> str | None:
        """What is wrong with fusing so many runs."""
        if len(self.tables) == runs:
            return None
        return f"fuse: trained has {len(self.tables)} tables for {runs} runs: one for each, the line's first."

    def fuse(self, runs: Sequence[Run], depth: int, *, tag: str) -> Run:
        """Fuse the runs; a query that only some answer is fused from those.

        Raises:
            CommandError: there are not as many tables as runs.
        """
        problem = self.count_problem(len(runs))
        if problem:
            raise CommandError(problem)
        worth, absent = WORTH[self.method], LEAST_ODDS if self.method == "bayesfuse" else 0.0
        given: dict[str, list[dict[str, float]]] = {}
        for run, table in zip(runs, self.tables, strict=True):
            for query, documents, scores in run.rankings():
                values = worth(self, np.array(table), scores).tolist()
                given.setdefault(query, []).append(dict(zip(documents, values, strict=True)))
        fused = {
            query: {
                document: sum(row.get(document, absent) for row in rows)
                for document in dict.fromkeys(name for row in rows for name in row)
            }
            for query, rows in given.items()
        }
        return cut(Run.from_dict(fused, tag), depth)


def _in_bins(ends: Sequence[int], table: Floats, count: int, after: float) -> Floats:
    """What each of the first ``count`` ranks is worth, by the bin it lies in; ``after`` beyond the last."""
    places = np.searchsorted(ends, np.arange(count), side="right")
    return np.append(table, after)[places]


def _by_rank(table: Floats, count: int) -> Floats:
    return np.pad(table[:count], (0, max(count - len(table), 0)))


def _bayes(fusion: Trained, table: Floats, scores: Floats) -> Floats:
    return _in_bins(BAYES_ENDS, table, len(scores), LEAST_ODDS)


def _position(fusion: Trained, table: Floats, scores: Floats) -> Floats:
    return _by_rank(table, len(scores))


def _segments(fusion: Trained, table: Floats, scores: Floats) -> Floats:
    numbers = np.arange(len(scores)) // math.ceil(len(scores) / len(table))
    return table[numbers] / (numbers + 1)


def _growing(fusion: Trained, table: Floats, scores: Floats) -> Floats:
    normalised = NORMALISATIONS[fusion.normalisation](scores)
    return _in_bins(SEGMENT_ENDS, table, len(scores), 0.0) * (normalised + 1)


def _sliding(fusion: Trained, table: Floats, scores: Floats) -> Floats:
    """The mean over the window, which ends where the ranking does; ranks beyond the table count as 0."""
    window, ranks = fusion.window or 1, np.arange(len(scores))
    sums = np.concatenate([[0.0], np.cumsum(_by_rank(table, len(scores)))])
    first, last = np.maximum(ranks - window, 0), np.minimum(ranks + window, len(scores) - 1)
    found: Floats = (sums[last + 1] - sums[first]) / (last - first + 1)
    return found


WORTH: Final[Mapping[str, Callable[[Trained, Floats, Floats], Floats]]] = {
    "bayesfuse": _bayes,
    "posfuse": _position,
    "probfuse": _segments,
    "segfuse": _growing,
    "slidefuse": _sliding,
}
"""Method to what every rank of a ranking is worth: from the fusion, a run's table and the scores."""
