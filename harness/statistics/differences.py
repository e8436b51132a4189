"""Mean and standard deviation of the per-query differences of every pair, from one matrix product."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness.records import Floats
from harness.statistics.matrix import blocks, frozen, pairs

CANCELLATION = 1e-4
"""Below this share of the two systems' own spread the product has lost digits: such pairs are summed anew."""

ROUNDING = 8 * float(np.finfo(np.float64).eps)
"""Relative to the values of a pair: differences that vary by less are the same difference, rounded."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Differences:
    """First minus second system of the m pairs, in the order of :func:`harness.statistics.matrix.pairs`.

    Attributes:
        queries: number of queries.
        mean: float64[m], mean difference.
        deviation: float64[m], sample standard deviation (n − 1); exactly 0 where all differences are equal.
    """

    queries: int
    mean: Floats
    deviation: Floats

    @property
    def standard_error(self) -> Floats:
        """Standard error of the mean difference, float64[m]."""
        return self.deviation / math.sqrt(self.queries)


def differences(values: Floats) -> Differences:
    """Moments of all pairs at once.

    The sum of squared deviations of i − j is g_ii + g_jj − 2 g_ij, with g the Gram matrix of the rows less
    their means. Where that cancels, for systems that are nearly the same, it is summed from the differences.

    Args:
        values: checked float64[s, n].
    """
    systems, queries = values.shape
    first, second = pairs(systems)
    means = values.mean(axis=1)
    centred = values - means[:, None]
    gram = centred @ centred.T
    own = np.diagonal(gram)
    both = own[first] + own[second]
    squares = both - 2 * gram[first, second]
    mean = means[first] - means[second]
    doubtful = np.flatnonzero(squares <= CANCELLATION * both)
    for block in blocks(len(doubtful), queries):
        chosen = doubtful[block]
        mean[chosen], squares[chosen] = _summed(values[first[chosen]], values[second[chosen]])
    return Differences(queries=queries, mean=frozen(mean), deviation=frozen(np.sqrt(squares / (queries - 1))))


def _summed(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Mean and sum of squared deviations of rows of differences; what is below rounding is zero."""
    gaps = first - second
    rounding = ROUNDING * np.maximum(np.abs(first).max(axis=1), np.abs(second).max(axis=1))
    mean = gaps.mean(axis=1)
    squares = np.square(gaps - mean[:, None]).sum(axis=1)
    constant = gaps.max(axis=1) - gaps.min(axis=1) <= rounding
    return np.where(constant & (np.abs(mean) <= rounding), 0.0, mean), np.where(constant, 0.0, squares)
