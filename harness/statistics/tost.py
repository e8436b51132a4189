"""Whether two systems are equivalent: two one-sided tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.errors import CommandError
from harness.statistics.distributions import student_quantile, student_two_sided


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence:
    """What the two one-sided tests say of a difference, changed minus original.

    Attributes:
        difference: mean over the queries.
        margin: what counts as no difference, in the measure's units.
        low, high: the interval of confidence 1 - 2 * alpha; inside the margin it means equivalence.
        p: the greater of the two tests' p-values.
        alpha: the level.
        queries: pairs.
    """

    difference: float
    margin: float
    low: float
    high: float
    p: float
    alpha: float
    queries: int

    @property
    def equivalent(self) -> bool:
        """Whether a difference of ``margin`` or more, either way, is rejected at ``alpha``."""
        return self.p < self.alpha


def tost(
    changed: npt.ArrayLike, original: npt.ArrayLike, *, margin: float, alpha: float = 0.05
) -> Equivalence:
    """Paired t-tests of "the difference is at most -margin" and "at least margin"; both must be rejected.

    D. J. Schuirmann, "A Comparison of the Two One-Sided Tests Procedure and the Power Approach for
    Assessing the Equivalence of Average Bioavailability", 1987. That no difference was found is no proof of
    equivalence; this test is the one that can give it, and choosing the margin comes before looking.

    Args:
        changed, original: one value for each query, the same queries in the same order.
        margin: above 0, for example 0.01 of nDCG@10.
        alpha: the level of each test.

    Raises:
        CommandError: other shapes, fewer than two queries, values that are not finite, or a margin or level
            out of range.
    """
    first, second = np.asarray(changed, dtype=np.float64), np.asarray(original, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1 or len(first) < 2:
        raise CommandError(
            f"The test needs two or more queries of both systems; found {first.shape} and {second.shape}."
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise CommandError("The test needs finite values; some are not.")
    check_margin(margin, alpha)
    differences = first - second
    mean, n = float(differences.mean()), len(differences)
    error = float(differences.std(ddof=1)) / n**0.5
    half = student_quantile(n - 1, 2 * alpha) * error
    p = max(_upper_tail((mean + margin), error, n - 1), _upper_tail((margin - mean), error, n - 1))
    return Equivalence(
        difference=mean, margin=margin, low=mean - half, high=mean + half, p=p, alpha=alpha, queries=n
    )


def check_margin(margin: float, alpha: float) -> None:
    """Refuse a margin or a level that no test of equivalence has.

    Raises:
        CommandError: the margin is not a number above 0, or alpha is not between 0 and 0.5.
    """
    if not (0 < margin < float("inf") and 0 < alpha < 0.5):
        raise CommandError(
            "For a test of equivalence the margin must be above 0 and alpha between 0 and 0.5; "
            f"found {margin:g} and {alpha:g}."
        )


def _upper_tail(distance: float, error: float, df: int) -> float:
    """P(T ≥ distance / error); without any spread the sign alone decides."""
    if error == 0:
        return 0.0 if distance > 0 else 1.0
    half = float(student_two_sided(np.array([distance / error]), df)[0]) / 2
    return half if distance > 0 else 1.0 - half
