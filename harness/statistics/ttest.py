"""The paired t-test of all pairs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.statistics.differences import differences
from harness.statistics.distributions import student_two_sided
from harness.statistics.matrix import check_values, frozen
from harness.statistics.pairtest import PairTest, Plan


def paired_t(values: npt.ArrayLike, plan: Plan | None = None) -> PairTest:
    """Paired t-test (Student 1908): t = mean / (deviation / √n) with n − 1 degrees of freedom, two-sided.

    Systems that are equal on every query have t = 0 and p = 1. Where all differences are the same and not
    zero, t is infinite and its p of 0 would claim certainty from, say, two queries; such a pair gets
    t = ±inf and p = 2^(1 − n), what the exact randomisation test gives for it.

    Args:
        values: [s, n].
        plan: not used, since nothing is drawn.

    Raises:
        CommandError, ScoreError: as :func:`harness.statistics.matrix.check_values`.
    """
    del plan
    moments = differences(check_values(values))
    constant = moments.deviation == 0
    spread = np.where(constant, 1.0, moments.standard_error)
    sign = np.sign(moments.mean)
    t = np.where(constant, np.select([sign > 0, sign < 0], [np.inf, -np.inf]), moments.mean / spread)
    p = student_two_sided(np.where(constant, 0.0, t), moments.queries - 1)
    smallest = max(2.0 ** (1 - moments.queries), float(np.finfo(np.float64).tiny))
    p = np.where(constant & (sign != 0), smallest, p)
    return PairTest(
        name="t", statistic=frozen(t), p=frozen(p), detail=f"{moments.queries - 1} degrees of freedom"
    )
