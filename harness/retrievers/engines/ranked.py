"""What engines answer, in the order of a run; and how much of the exact answer it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.rankings import Run
from harness.retrievers.rows import Float32s, Found

CUTS: Final = (10, 100, 1000)

Clauses = tuple[Ints, Float32s]
"""A query: the numbers of its terms, int64[c], none twice, and their weights, float32[c], above 0."""


def ranked(answers: Iterable[tuple[Any, Any]], depth: int) -> Found:
    """Rankings from each query's document numbers and scores, in any order; ties by greater number first."""
    numbers: list[npt.NDArray[np.int32]] = [np.empty(0, dtype=np.int32)]
    scores: list[npt.NDArray[np.float64]] = [np.empty(0)]
    counts: list[int] = []
    for some, values in answers:
        documents, weights = np.asarray(some, dtype=np.int32), np.asarray(values, dtype=np.float64)
        order = np.lexsort((-documents, -weights))[:depth]
        numbers.append(documents[order])
        scores.append(weights[order])
        counts.append(len(order))
    return Found(np.concatenate(numbers), np.concatenate(scores), np.array(counts, dtype=np.int64))


def accuracy(exact: Run, found: Run, depth: int) -> dict[str, float]:
    """``accuracy_at_K``: the mean share of the exact first K documents that ``found`` has among its first K.

    K is each of :data:`CUTS` up to the depth, and the depth. The mean is over the queries that the exact run
    answers; "accuracy" as in S. Bruch et al., "Efficient Inverted Indexes for Approximate Retrieval over
    Learned Sparse Representations", SIGIR 2024.
    """
    theirs = {query: ids for query, ids, _ in found.rankings()}
    told = {}
    for cut in sorted({depth, *(cut for cut in CUTS if cut < depth)}):
        shares = [
            len(set(ids[:cut]) & set(theirs.get(query, ())[:cut])) / len(ids[:cut])
            for query, ids, _ in exact.rankings()
        ]
        if shares:
            told[f"accuracy_at_{cut}"] = round(sum(shares) / len(shares), 6)
    return told
