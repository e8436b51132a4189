"""Wilcoxon's signed-rank test of all pairs."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.errors import UnknownNameError
from harness.records import Floats
from harness.statistics.distributions import normal_two_sided
from harness.statistics.matrix import blocks, check_values, frozen, pairs
from harness.statistics.pairtest import PairTest, Plan

EXACT_UP_TO = 50
"""Non-zero differences up to which the null distribution is counted, not approximated; scipy's limit too."""

GRID_BITS = 40
"""Differences are compared on a grid of 2⁻⁴⁰ of the largest value, so that 0.3 − 0.2 ties with 0.2 − 0.1."""


def wilcoxon(values: npt.ArrayLike, plan: Plan | None = None, *, zeros: str = "wilcoxon") -> PairTest:
    """Two-sided signed-rank test (Wilcoxon 1945); tied absolute differences share their mean rank.

    Up to 50 non-zero differences the p-value is exact, given the observed ranks, ties or not: all 2^n sign
    patterns are counted by a recurrence over rank sums. Above, the normal approximation is taken, with the
    variance for ties and without continuity correction. The statistic is the sum of the signed ranks.

    Args:
        values: [s, n].
        plan: not used, since nothing is drawn.
        zeros: ``wilcoxon`` drops queries on which the two systems are equal before ranking (the default, as
            in scipy and R); ``pratt`` ranks them and then drops their ranks (Pratt 1959).

    Raises:
        UnknownNameError: another word for ``zeros``.
        CommandError, ScoreError: as :func:`harness.statistics.matrix.check_values`.
    """
    del plan
    if zeros not in ("wilcoxon", "pratt"):
        raise UnknownNameError("treatment of zeros", zeros, ("wilcoxon", "pratt"))
    matrix = check_values(values)
    queries = matrix.shape[1]
    first, second = pairs(len(matrix))
    statistic, p = np.zeros(len(first)), np.ones(len(first))
    exact = 0
    known: dict[bytes, Floats] = {}
    bits = GRID_BITS - math.frexp(float(np.abs(matrix).max()))[1]
    for block in blocks(len(first), queries):
        grid = np.rint(np.ldexp(matrix[first[block]] - matrix[second[block]], bits)).astype(np.int64)
        doubled, sign = _doubled_ranks(grid, keep_zeros=zeros == "pratt")
        counted = np.count_nonzero(doubled, axis=1) <= EXACT_UP_TO
        total = (doubled * sign).sum(axis=1)
        statistic[block] = total / 2
        p[block] = _approximate(total, doubled)
        for row in np.flatnonzero(counted).tolist():
            p[block.start + row] = _exact(int(total[row]), doubled[row], known)
        exact += int(np.count_nonzero(counted))
    return PairTest(
        name="wilcoxon",
        statistic=frozen(statistic),
        p=frozen(p),
        floor=2.0 ** (1 - queries),
        detail=f"exact p-values for {exact} of {len(p)} pairs, normal approximation else; zeros: {zeros}",
    )


def _doubled_ranks(grid: Ints, *, keep_zeros: bool) -> tuple[Ints, Ints]:
    """Twice the mean ranks of |grid| along each row, ascending, with 0 for zeros, and the signs beside."""
    keys = np.sort(2 * np.abs(grid) + (grid < 0), axis=1)  # the sign travels in the last bit
    size, sign = keys >> 1, 1 - 2 * (keys & 1)
    rows, queries = size.shape
    place = np.broadcast_to(np.arange(queries), (rows, queries))
    edge = np.ones((rows, queries + 1), dtype=bool)
    edge[:, 1:-1] = size[:, 1:] != size[:, :-1]
    low = np.maximum.accumulate(np.where(edge[:, :-1], place, 0), axis=1)
    high = np.minimum.accumulate(np.where(edge[:, 1:], place, queries)[:, ::-1], axis=1)[:, ::-1]
    dropped = 0 if keep_zeros else np.count_nonzero(size == 0, axis=1)[:, None]
    return np.where(size == 0, 0, low + high + 2 - 2 * dropped), sign


def _approximate(total: Ints, doubled: Ints) -> Floats:
    """Normal p-values: under the null the signed sum has mean 0 and variance Σ rank²."""
    variance = np.square(doubled.astype(np.float64)).sum(axis=1)
    return np.where(
        variance > 0, normal_two_sided(total / np.sqrt(np.where(variance > 0, variance, 1.0))), 1.0
    )


def _exact(total: int, doubled: Ints, known: dict[bytes, Floats]) -> float:
    """P(|signed sum| ≥ |total|) when each rank's sign is a fair coin."""
    ranks = doubled[doubled > 0]
    key = ranks.tobytes()
    if key not in known:
        ways = np.zeros(int(ranks.sum()) + 1)  # ways[k]: sign patterns whose positive ranks sum to k
        ways[0] = 1.0
        for rank in ranks.tolist():
            ways[rank:] += ways[:-rank].copy()
        known[key] = np.cumsum(ways[::-1])[::-1] / 2.0 ** len(ranks)
    upper = known[key]
    positive = (len(upper) - 1 + abs(total)) // 2
    return min(1.0, 2 * float(upper[positive]))
