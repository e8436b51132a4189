"""Rank-biased overlap of two runs, with tied documents as a group.

Webber, Moffat and Zobel, A similarity measure for indefinite rankings, TOIS 28(4), 2010: the extrapolated
form RBO_ext with the agreement of ties of their section 4.5, where the documents of a tied group all enter at
its first rank and agreement is twice the overlap over the sum of both sizes.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from harness.columns import Ints
from harness.rankings import Run
from harness.records import Floats

PERSISTENCE = 0.9  # the value of the paper: the first ten ranks carry 86 % of the weight
DEPTH = 100  # ranks looked at; those behind carry 0.003 %


def rank_biased_overlap(one: Run, other: Run, *, p: float = PERSISTENCE, depth: int = DEPTH) -> float:
    """Mean over the queries of both runs, 0 where only one answers; 1 for the same order everywhere."""
    left = {query: (documents, scores) for query, documents, scores in one.rankings()}
    right = {query: (documents, scores) for query, documents, scores in other.rankings()}
    both = [of_rankings(*left[query], *right[query], p=p, depth=depth) for query in left if query in right]
    return sum(both) / len(left | right) if both else 0.0


def of_rankings(
    documents: list[str],
    scores: Floats,
    others: list[str],
    other_scores: Floats,
    *,
    p: float = PERSISTENCE,
    depth: int = DEPTH,
) -> float:
    """The overlap of two rankings of one query, each with its scores in descending order."""
    depth = min(depth, max(len(documents), len(others)))
    enters = dict(zip(documents, _group_ranks(scores).tolist(), strict=True))
    enters_other = dict(zip(others, _group_ranks(other_scores).tolist(), strict=True))
    shared = [max(rank, enters_other[name]) for name, rank in enters.items() if name in enters_other]
    overlap = _seen(shared, depth)
    sizes = _seen(enters.values(), depth) + _seen(enters_other.values(), depth)
    agreement = 2 * overlap / sizes
    weights = (1 - p) * p ** np.arange(depth)
    return float((weights * agreement).sum() + agreement[-1] * p**depth)


def _group_ranks(scores: Floats) -> Ints:
    """For each rank, the first rank of its group of equal scores, from 1."""
    new = np.concatenate(([True], scores[1:] != scores[:-1]))
    return np.asarray((np.flatnonzero(new) + 1)[np.cumsum(new) - 1], dtype=np.int64)


def _seen(ranks: Iterable[int], depth: int) -> Ints:
    """How many of the ranks are at most 1, 2, …, depth."""
    counts = np.bincount(np.fromiter(ranks, dtype=np.int64), minlength=depth + 1)
    return np.asarray(np.cumsum(counts)[1 : depth + 1], dtype=np.int64)
