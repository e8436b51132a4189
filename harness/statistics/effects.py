"""How large a difference is: Hedges' g, and on how many queries each system wins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.records import Floats
from harness.statistics.differences import differences
from harness.statistics.matrix import blocks, check_values, frozen, pairs

TIE_TOLERANCE = 1e-9
"""Two values of a query that are no further apart are a tie: no measure's steps are so small, rounding is."""


def hedges_g(values: npt.ArrayLike) -> Floats:
    """Hedges' g of every pair, for paired values, float64[m], positive where the first system is better.

    g = J · (mean_i − mean_j) / √((s_i² + s_j²) / 2), with s² the sample variance of a system's values over
    the queries and J = 1 − 3 / (4 (n − 1) − 1). The divisor is that of Cohen's d_av (Cumming 2012; Lakens
    2013, doi:10.3389/fpsyg.2013.00863); J with n − 1 degrees of freedom is that of matched groups
    (Borenstein et al., Introduction to Meta-Analysis, 2009, chapter 4). Unlike t it does not grow with the
    number of queries. With two queries J is 0, so g says nothing. Where both systems are constant g is 0 for
    equal and ±inf for unequal ones.

    Raises:
        CommandError, ScoreError: as :func:`harness.statistics.matrix.check_values`.
    """
    matrix = check_values(values)
    first, second = pairs(len(matrix))
    variance = matrix.var(axis=1, ddof=1)
    variance[np.ptp(matrix, axis=1) == 0] = 0.0  # the rounding of a mean is no spread
    spread = np.sqrt((variance[first] + variance[second]) / 2)
    gap = differences(matrix).mean
    unlimited = np.select([gap > 0, gap < 0], [np.inf, -np.inf])
    factor = small_sample_factor(matrix.shape[1])
    return frozen(np.divide(factor * gap, spread, out=unlimited, where=spread > 0))


def small_sample_factor(queries: int) -> float:
    """J = 1 − 3 / (4 df − 1) with df = n − 1, the correction of Hedges (1981) for the bias of d."""
    return 1 - 3 / (4 * (queries - 1) - 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcomes:
    """On how many queries the first system of each of the m pairs wins, ties and loses; int64[m] each."""

    wins: Ints
    ties: Ints
    losses: Ints
    tolerance: float


def outcomes(values: npt.ArrayLike, tolerance: float = TIE_TOLERANCE) -> Outcomes:
    """Count wins, ties and losses of every pair; |difference| ≤ ``tolerance`` is a tie.

    Raises:
        CommandError, ScoreError: as :func:`harness.statistics.matrix.check_values`.
    """
    matrix = check_values(values)
    queries = matrix.shape[1]
    first, second = pairs(len(matrix))
    wins, losses = np.empty(len(first), dtype=np.int64), np.empty(len(first), dtype=np.int64)
    for block in blocks(len(first), queries):
        gap = matrix[first[block]] - matrix[second[block]]
        wins[block] = np.count_nonzero(gap > tolerance, axis=1)
        losses[block] = np.count_nonzero(gap < -tolerance, axis=1)
    ties = queries - wins - losses
    return Outcomes(wins=frozen(wins), ties=frozen(ties), losses=frozen(losses), tolerance=tolerance)
