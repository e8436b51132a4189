"""The paired t-test against scipy, by hand, and where variance vanishes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from harness.statistics.matrix import pairs
from harness.statistics.ttest import paired_t

GRADES = st.integers(0, 20).map(lambda k: k / 20)
MATRICES = st.tuples(st.integers(2, 4), st.integers(2, 9)).flatmap(
    lambda s: arrays(float, s, elements=GRADES)
)


@pytest.mark.parametrize("queries", [2, 5, 43, 1_000])
def test_all_pairs_are_scipys(queries: int) -> None:
    values = np.random.default_rng(queries).beta(1, 2, (7, queries))
    result = paired_t(values)
    for k, (i, j) in enumerate(zip(*pairs(7), strict=True)):
        expected = stats.ttest_rel(values[i], values[j])
        assert result.statistic[k] == pytest.approx(expected.statistic, rel=1e-9)
        assert result.p[k] == pytest.approx(expected.pvalue, rel=1e-9)


def test_by_hand() -> None:
    # differences 1, 2, 3: mean 2, deviation 1, t = 2 √3; with 2 degrees of freedom p = 1 − t / √(2 + t²)
    result = paired_t([[1, 2, 3], [0, 0, 0]])
    assert result.statistic[0] == pytest.approx(2 * 3**0.5)
    assert result.p[0] == pytest.approx(1 - 12**0.5 / 14**0.5)


def test_equal_systems_never_differ() -> None:
    values = np.random.default_rng(2).random(50)
    result = paired_t([values, values])
    assert result.statistic[0] == 0
    assert result.p[0] == 1


def test_a_constant_difference_claims_no_more_than_the_randomisation_test() -> None:
    # on 4 queries 2 of the 2⁴ sign patterns reach the observed sum: p = 1/8
    values = np.array([0.1, 0.7, 0.3, 0.2])
    result = paired_t([values + 0.1, values])  # the rounding of 0.8 − 0.7 must not count as variance
    assert result.statistic[0] == np.inf
    assert result.p[0] == 1 / 8


def test_systems_that_are_nearly_the_same_keep_their_digits() -> None:
    # the Gram matrix alone would lose every digit of a difference of 1e-9
    rng = np.random.default_rng(3)
    one = rng.random(200)
    other = one + 1e-9 * rng.normal(0.2, 1, 200)
    assert paired_t([one, other]).p[0] == pytest.approx(stats.ttest_rel(one, other).pvalue, rel=1e-9)


@given(MATRICES, st.randoms(use_true_random=False))
def test_order_of_queries_and_a_common_shift_change_nothing(values: np.ndarray, random: object) -> None:
    order = list(range(values.shape[1]))
    random.shuffle(order)  # type: ignore[attr-defined]
    expected = paired_t(values)
    assert paired_t(values[:, order]).p == pytest.approx(expected.p, rel=1e-9)
    assert paired_t(values + 3.0).p == pytest.approx(expected.p, rel=1e-9)
    assert np.all((expected.p > 0) & (expected.p <= 1))


@given(MATRICES)
def test_swapping_systems_flips_signs(values: np.ndarray) -> None:
    forth, back = paired_t(values[:2]), paired_t(values[1::-1])
    assert back.statistic == pytest.approx(-forth.statistic)
    assert back.p == pytest.approx(forth.p)
