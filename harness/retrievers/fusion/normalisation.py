"""Scores of one ranking made comparable with those of another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Literal

import numpy as np

from harness.rankings import Run
from harness.records import Floats

Normalisation = Literal["none", "min-max", "max", "sum", "z-score", "rank"]
"""The keys of :data:`NORMALISATIONS`, as a type that parameters can have."""

SMALLEST: Final = 1e-9
"""The least divisor, as in ranx and Pyserini: a ranking whose scores are all alike does not divide by 0."""

Ranking = Mapping[str, float]
"""Document to normalised score, in rank order."""


def min_max(scores: Floats) -> Floats:
    """(s - min) / (max - min): the first has 1, the last 0. J. H. Lee, SIGIR 1997."""
    lowest = float(scores.min())
    return (scores - lowest) / max(float(scores.max()) - lowest, SMALLEST)


def maximum(scores: Floats) -> Floats:
    """s / max."""
    return scores / max(float(scores.max()), SMALLEST)


def total(scores: Floats) -> Floats:
    """(s - min) / sum(s - min). M. Montague, J. Aslam, CIKM 2001."""
    shifted = scores - float(scores.min())
    return shifted / max(float(shifted.sum()), SMALLEST)


def z_score(scores: Floats) -> Floats:
    """(s - mean) / standard deviation. M. Montague, J. Aslam, CIKM 2001 ("ZMUV")."""
    return (scores - float(scores.mean())) / max(float(scores.std()), SMALLEST)


def rank(scores: Floats) -> Floats:
    """1 - (rank - 1) / n, ranks from 1. ranx's ``rank``."""
    return 1.0 - np.arange(len(scores)) / len(scores)


def none(scores: Floats) -> Floats:
    """The scores themselves."""
    return scores


NORMALISATIONS: Final[Mapping[str, Callable[[Floats], Floats]]] = {
    "none": none,
    "min-max": min_max,
    "max": maximum,
    "sum": total,
    "z-score": z_score,
    "rank": rank,
}


def normalised(runs: Sequence[Run], how: Normalisation) -> Iterator[tuple[str, list[Ranking]]]:
    """Query by query the rankings of all runs, normalised; a run without the query has an empty one."""
    change = NORMALISATIONS[how]
    rows: list[dict[str, Ranking]] = [
        {
            query: dict(zip(documents, change(scores).tolist(), strict=True))
            for query, documents, scores in run.rankings()
        }
        for run in runs
    ]
    for query in sorted(set().union(*rows), key=str.encode):
        yield query, [row.get(query, {}) for row in rows]
