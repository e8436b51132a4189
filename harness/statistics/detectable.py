"""The smallest difference that a data set can show."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.errors import CommandError, ScoreError
from harness.statistics.differences import differences
from harness.statistics.distributions import noncentrality
from harness.statistics.intervals import check_alpha
from harness.statistics.matrix import check_values


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectableDifference:
    """The true mean difference that a paired t-test finds with probability ``power``.

    Attributes:
        difference: in the units of the measure.
        deviation: standard deviation of differences that it was computed from.
        basis: which one that is, for a reader.
        queries, alpha, power: what it holds for; alpha is two-sided and not corrected for many pairs.
    """

    difference: float
    deviation: float
    basis: str
    queries: int
    alpha: float
    power: float


def smallest_detectable_difference(
    values: npt.ArrayLike, *, alpha: float = 0.05, power: float = 0.8
) -> DetectableDifference:
    """λ · deviation / √n, where at noncentrality λ the paired t-test has the power (Cohen 1988, chapter 2).

    The deviation is the median, over all pairs of systems that differ on some query, of the standard
    deviation of their differences; λ is solved with the noncentral t distribution, as G*Power does. Sakai
    (doi:10.1007/s10791-015-9273-z) uses the same relation to choose the number of topics.

    Raises:
        CommandError: alpha outside 0 to 1, or power not between alpha and 1.
        ScoreError: bad values, or no two systems whose differences vary.
    """
    check_alpha(alpha)
    if not alpha < power < 1:
        raise CommandError(f"power must lie between alpha ({alpha}) and 1, for example 0.8; found {power}.")
    moments = differences(check_values(values))
    varying = moments.deviation[moments.deviation > 0]
    if not len(varying):
        raise ScoreError(
            "No two systems have differences that vary, so there is no smallest detectable difference; "
            "it takes at least two different systems."
        )
    deviation = float(np.median(varying))
    shift = noncentrality(moments.queries - 1, alpha, power)
    return DetectableDifference(
        difference=shift * deviation / math.sqrt(moments.queries),
        deviation=deviation,
        basis=f"median over {len(varying)} pairs of systems",
        queries=moments.queries,
        alpha=alpha,
        power=power,
    )
