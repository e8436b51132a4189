"""The percentile bootstrap over queries: intervals of means, of differences and of ranks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.records import Floats
from harness.statistics.draws import on_grid, ranks_of, resamples
from harness.statistics.intervals import check_alpha
from harness.statistics.matrix import check_values, frozen, pairs
from harness.statistics.pairtest import Plan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BootstrapIntervals:
    """Percentile intervals (Efron 1979) at level 1 − alpha from ``resamples`` samples of the queries.

    Attributes:
        means: float64[s, 2].
        ranks: int64[s, 2], ranks from 1; equal means share the better rank.
        alpha, resamples, seed: what the draws were.
    """

    means: Floats
    ranks: Ints
    alpha: float
    resamples: int
    seed: int


def bootstrap_intervals(
    values: npt.ArrayLike, plan: Plan | None = None, *, alpha: float = 0.05
) -> BootstrapIntervals:
    """Intervals of every system's mean and rank; all systems share the resampled queries.

    The ends of a rank interval are ranks that occurred: the smallest with at least alpha/2, and the smallest
    with at least 1 − alpha/2, of the resamples at or below it.

    Raises:
        CommandError, ScoreError: bad alpha, plan or values.
    """
    plan = (plan or Plan()).checked()
    check_alpha(alpha)
    sums, step, queries = _resampled_sums(values, plan)
    ranks = ranks_of(sums.T, tolerance=2 * queries)
    ends = [alpha / 2, 1 - alpha / 2]
    return BootstrapIntervals(
        means=frozen(np.quantile(sums, ends, axis=1).T * (step / queries)),
        ranks=frozen(np.quantile(ranks, ends, axis=0, method="inverted_cdf").T.astype(np.int64)),
        alpha=alpha,
        resamples=plan.draws,
        seed=plan.seed,
    )


def bootstrap_differences(values: npt.ArrayLike, plan: Plan | None = None, *, alpha: float = 0.05) -> Floats:
    """Percentile intervals of the mean differences of all pairs, float64[m, 2].

    Raises:
        CommandError, ScoreError: bad alpha, plan or values.
    """
    plan = (plan or Plan()).checked()
    check_alpha(alpha)
    sums, step, queries = _resampled_sums(values, plan)
    first, second = pairs(len(sums))
    ends = [alpha / 2, 1 - alpha / 2]
    rows = [np.quantile(sums[i] - sums[j], ends) for i, j in zip(first, second, strict=True)]
    return frozen(np.array(rows, dtype=np.float64).reshape(-1, 2) * (step / queries))


def _resampled_sums(values: npt.ArrayLike, plan: Plan) -> tuple[Floats, float, int]:
    """Sums over the resampled queries, [s, B] in grid steps, the step, and n."""
    matrix = check_values(values)
    queries = matrix.shape[1]
    grid, step = on_grid(matrix, float(np.abs(matrix).max()) * queries)
    sums = np.empty((len(matrix), plan.draws))
    start = 0
    for counts in resamples(queries, plan):
        sums[:, start : start + counts.shape[1]] = grid @ counts
        start += counts.shape[1]
    return sums, step, queries
