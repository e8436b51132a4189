"""Equivalence by two one-sided tests."""

from __future__ import annotations

import numpy as np
import pytest

from harness.errors import CommandError
from harness.statistics.tost import tost


def test_against_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    chance = np.random.default_rng(5)
    for shift, spread, margin in (
        (0.0, 0.02, 0.01),
        (0.02, 0.1, 0.01),
        (-0.3, 0.1, 0.2),
        (0.001, 0.01, 0.01),
    ):
        original = chance.uniform(size=40)
        changed = original + chance.normal(shift, spread, size=40)
        found = tost(changed, original, margin=margin)
        above = stats.ttest_1samp(changed - original, -margin, alternative="greater").pvalue
        below = stats.ttest_1samp(changed - original, margin, alternative="less").pvalue
        assert found.p == pytest.approx(max(above, below), rel=1e-9)
        interval = stats.ttest_1samp(changed - original, 0.0).confidence_interval(0.9)
        assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-6)
        assert found.equivalent == (-margin < interval.low and interval.high < margin)


def test_by_hand() -> None:
    """Differences 1, 1, 3, 3: mean 2, error 1/sqrt(3); to 4 the same distance, t = 2 sqrt(3) = 3.4641, 3 df.

    P(T >= 3.4641) with 3 degrees of freedom is 0.02026 (tables: 3.182 at 0.025, 4.541 at 0.01).
    """
    found = tost([1, 1, 3, 3], [0, 0, 0, 0], margin=4.0)
    assert (found.difference, found.queries) == (2.0, 4)
    assert found.p == pytest.approx(0.02026, abs=5e-5) and found.equivalent


def test_no_difference_found_is_not_equivalence() -> None:
    found = tost([0.9, 0.1, 0.5], [0.1, 0.9, 0.5], margin=0.05)
    assert found.difference == pytest.approx(0.0, abs=1e-12) and not found.equivalent


def test_without_any_spread_the_margin_decides() -> None:
    assert tost([0.5, 0.5], [0.5, 0.5], margin=0.01).p == 0.0
    assert tost([0.75, 0.75], [0.25, 0.25], margin=0.25).p == 1.0


@pytest.mark.parametrize(
    ("changed", "original", "margin", "alpha"),
    [
        ([1.0], [1.0], 0.1, 0.05),
        ([1.0, 2.0], [1.0], 0.1, 0.05),
        ([1.0, np.nan], [1.0, 1.0], 0.1, 0.05),
        ([1.0, 2.0], [1.0, 1.0], 0.0, 0.05),
        ([1.0, 2.0], [1.0, 1.0], 0.1, 0.5),
    ],
)
def test_bad_input_is_refused(
    changed: list[float], original: list[float], margin: float, alpha: float
) -> None:
    with pytest.raises(CommandError):
        tost(changed, original, margin=margin, alpha=alpha)
