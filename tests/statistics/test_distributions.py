"""Our distribution functions against scipy and closed forms."""

import math

import numpy as np
import pytest
from scipy import special, stats

from harness.statistics.distributions import (
    chi_square_upper,
    noncentrality,
    normal_quantile,
    normal_two_sided,
    paired_t_power,
    student_quantile,
    student_two_sided,
)

TS = np.concatenate([[0.0, 1e-8, 1e-3], np.logspace(-2, 2.5, 400)])


@pytest.mark.parametrize("df", [2, 3, 5, 29, 42, 58, 61, 999, 9_999])
def test_student_is_scipys_to_eleven_digits(df: int) -> None:
    expected = 2 * special.stdtr(df, -TS)
    seen = expected > 1e-290
    assert student_two_sided(TS, df)[seen] == pytest.approx(expected[seen], rel=1e-11)
    assert np.array_equal(student_two_sided(-TS, df), student_two_sided(TS, df))


def test_student_with_one_degree_of_freedom_is_cauchys_closed_form() -> None:
    expected = 2 / math.pi * np.arctan2(1.0, TS)
    assert student_two_sided(TS, 1) == pytest.approx(expected, rel=1e-12)


def test_student_with_two_degrees_of_freedom_is_its_closed_form() -> None:
    # p = 1 − t / √(2 + t²); at t = 1: 1 − 1/√3
    assert student_two_sided(np.array([1.0]), 2)[0] == pytest.approx(1 - 1 / math.sqrt(3), rel=1e-14)


def test_a_huge_t_underflows_to_zero_quietly() -> None:
    assert student_two_sided(np.array([1e200, np.inf]), 50).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("df", [1, 2, 7, 49, 6_979])
@pytest.mark.parametrize("alpha", [0.5, 0.05, 0.001])
def test_quantiles_undo_probabilities(df: int, alpha: float) -> None:
    assert student_quantile(df, alpha) == pytest.approx(-special.stdtrit(df, alpha / 2), rel=1e-10)
    assert normal_quantile(alpha) == pytest.approx(-special.ndtri(alpha / 2), rel=1e-12)


def test_normal_tail() -> None:
    z = np.array([0.0, 1.0, -1.96, 8.0, 30.0])
    assert normal_two_sided(z) == pytest.approx(2 * special.ndtr(-np.abs(z)), rel=1e-12)


@pytest.mark.parametrize("df", [1, 2, 3, 8, 27])
def test_chi_square_tail(df: int) -> None:
    for x in (0.01, 1.0, 5.0, 80.0):
        assert chi_square_upper(x, df) == pytest.approx(special.chdtrc(df, x), rel=1e-11)
    assert chi_square_upper(0.0, df) == 1.0


@pytest.mark.parametrize(("df", "shift"), [(1, 2.0), (4, 1.0), (42, 2.8), (999, 2.8)])
def test_power_is_the_noncentral_t_of_scipy(df: int, shift: float) -> None:
    bar = student_quantile(df, 0.05)
    expected = stats.nct.sf(bar, df, shift) + stats.nct.cdf(-bar, df, shift)
    assert paired_t_power(np.array([shift]), df, 0.05)[0] == pytest.approx(expected, rel=1e-9)


def test_power_without_an_effect_is_alpha() -> None:
    assert paired_t_power(np.array([0.0]), 30, 0.05)[0] == pytest.approx(0.05, rel=1e-10)


def test_noncentrality_has_the_power_asked_for() -> None:
    shift = noncentrality(33, 0.05, 0.8)
    assert paired_t_power(np.array([shift]), 33, 0.05)[0] == pytest.approx(0.8, rel=1e-12)
