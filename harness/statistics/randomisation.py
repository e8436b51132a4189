"""The paired randomisation test of all pairs, with sign flips that the pairs share, and its max-T."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.records import Floats
from harness.statistics.differences import differences
from harness.statistics.draws import flips, is_exhaustive, on_grid, sign_patterns
from harness.statistics.matrix import check_values, frozen, pairs
from harness.statistics.pairtest import PairTest, Plan


def randomisation(values: npt.ArrayLike, plan: Plan | None = None) -> PairTest:
    """Two-sided paired randomisation test (Fisher 1935; Smucker, Allan & Carterette, CIKM 2007).

    Under the null the sign of each query's difference is a fair coin. One pattern of flips serves all pairs,
    so that B patterns cost one product [s, n] × [n, B]. p = (1 + count) / (1 + B), count the patterns whose
    absolute sum reaches the observed one. Where all patterns fit into B they are taken once each and p is
    exact. The p-value of a pair does not depend on which other systems are there.

    ``p_max`` is single-step max-T (Westfall & Young 1993): the pair's |t| is held against the largest |t| of
    any pair under the same flips. As a flip leaves a pair's sum of squares alone, |t| grows with
    |sum| / √(sum of squares), and that ratio is compared.

    Raises:
        CommandError: a plan without draws or a matrix that is none.
        ScoreError: as :func:`harness.statistics.matrix.check_values`.
    """
    plan = (plan or Plan()).checked()
    matrix = check_values(values)
    systems, queries = matrix.shape
    first, second = pairs(systems)
    moments = differences(matrix)
    norm = np.sqrt(np.square(moments.deviation) * (queries - 1) + queries * np.square(moments.mean))
    grid, _ = on_grid(matrix, float(np.abs(matrix).max(axis=0).sum()))
    sums = grid.sum(axis=1)
    weight = np.divide(1.0, norm, out=np.zeros_like(norm), where=norm > 0)
    # half a step of rounding in each value: sums that would be equal on paper are at most 2n steps apart
    bar = np.maximum(np.abs(sums[first] - sums[second]) - 2 * queries, 0) * weight
    counts, largest = _reach(grid, bar, weight, plan)
    drawn = sign_patterns(queries, plan)
    above = drawn - np.searchsorted(np.sort(largest), bar, side="left")
    way = "all sign patterns" if is_exhaustive(queries, plan) else f"{drawn} random sign patterns"
    return PairTest(
        name="randomisation",
        statistic=moments.mean,
        p=frozen((1 + counts) / (1 + drawn)),
        p_max=frozen((1 + above) / (1 + drawn)),
        draws=drawn,
        exhaustive=is_exhaustive(queries, plan),
        floor=1 / (1 + drawn),
        seed=plan.seed,
        detail=way,
    )


def _reach(grid: Floats, bar: Floats, weight: Floats, plan: Plan) -> tuple[Ints, Floats]:
    """For each pair the patterns that reach its bar; for each pattern the largest ratio of any pair."""
    counts = np.zeros(len(bar), dtype=np.int64)
    sums = grid.sum(axis=1)
    tops: list[Floats] = []
    for flipped in flips(grid.shape[1], plan):
        signed = sums[:, None] - 2 * (grid @ flipped)
        top = np.zeros(signed.shape[1])
        start = 0
        for i in range(len(grid) - 1):
            rows = slice(start, start + len(grid) - 1 - i)
            ratio = np.abs(signed[i + 1 :] - signed[i])
            ratio *= weight[rows, None]
            counts[rows] += np.count_nonzero(ratio >= bar[rows, None], axis=1)
            np.maximum(top, ratio.max(axis=0), out=top)
            start = rows.stop
        tops.append(top)
    return counts, np.concatenate(tops)
