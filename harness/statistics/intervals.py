"""Student's confidence intervals of means and of mean differences."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.errors import CommandError
from harness.records import Floats
from harness.statistics.differences import Differences
from harness.statistics.distributions import student_quantile
from harness.statistics.matrix import check_values, frozen


def check_alpha(alpha: float) -> None:
    """Raise CommandError unless the level lies between 0 and 1."""
    if not 0 < alpha < 1:
        raise CommandError(f"alpha must lie between 0 and 1, for example 0.05; found {alpha}.")


def mean_intervals(values: npt.ArrayLike, alpha: float = 0.05) -> Floats:
    """Mean ± t · deviation / √n of each system, float64[s, 2] at level 1 − alpha.

    An interval may reach beyond the range of the measure; it is not cut.

    Raises:
        CommandError, ScoreError: bad alpha or values.
    """
    check_alpha(alpha)
    matrix = check_values(values)
    queries = matrix.shape[1]
    half = student_quantile(queries - 1, alpha) * matrix.std(axis=1, ddof=1) / np.sqrt(queries)
    mean = matrix.mean(axis=1)
    return frozen(np.stack([mean - half, mean + half], axis=1))


def difference_intervals(moments: Differences, alpha: float = 0.05) -> Floats:
    """Mean difference ± t · standard error of each pair, float64[m, 2]; each for itself, not corrected.

    Raises:
        CommandError: alpha outside 0 to 1.
    """
    check_alpha(alpha)
    half = student_quantile(moments.queries - 1, alpha) * moments.standard_error
    return frozen(np.stack([moments.mean - half, moments.mean + half], axis=1))
