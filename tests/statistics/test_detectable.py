"""The smallest detectable difference against published power tables and a simulation."""

import numpy as np
import pytest
from scipy import stats

from harness.errors import CommandError, ScoreError
from harness.statistics.detectable import smallest_detectable_difference


def unit_pair(queries: int) -> np.ndarray:
    """Two systems whose differences have mean 0 and deviation exactly 1."""
    gaps = np.random.default_rng(queries).normal(size=queries)
    gaps = (gaps - gaps.mean()) / gaps.std(ddof=1)
    return np.stack([gaps, np.zeros(queries)])


def test_thirty_four_queries_show_half_a_deviation() -> None:
    # Cohen's well-known sample size: a paired t-test at 5 %, power .8, d = .5 takes 34 pairs, 33 are too few
    assert smallest_detectable_difference(unit_pair(33)).difference > 0.5
    assert smallest_detectable_difference(unit_pair(34)).difference < 0.5


def test_the_difference_found_is_found_with_the_power_promised() -> None:
    found = smallest_detectable_difference(unit_pair(25))
    samples = np.random.default_rng(5).normal(found.difference, 1, (8_000, 25))
    assert np.mean(stats.ttest_1samp(samples, 0, axis=1).pvalue <= 0.05) == pytest.approx(0.8, abs=0.015)


def test_the_median_pair_is_taken_and_equal_systems_are_left_out() -> None:
    gaps = unit_pair(40)[0]
    # pairs: (0,1) equal; deviations 1 (0,2), 1 (1,2), 3 (0,3), 3 (1,3), 2 (2,3): median 2
    found = smallest_detectable_difference(np.stack([0 * gaps, 0 * gaps, gaps, 3 * gaps]))
    assert found.deviation == pytest.approx(2)
    assert found.basis == "median over 5 pairs of systems"
    assert (found.queries, found.alpha, found.power) == (40, 0.05, 0.8)


def test_four_times_the_queries_halve_it() -> None:
    few, many = (smallest_detectable_difference(unit_pair(n)).difference for n in (500, 2_000))
    assert few / many == pytest.approx(2, rel=0.01)


def test_without_two_different_systems_there_is_no_answer() -> None:
    with pytest.raises(ScoreError, match="at least two different systems"):
        smallest_detectable_difference([[0.1, 0.2], [0.1, 0.2]])
    with pytest.raises(ScoreError, match="at least two different systems"):
        smallest_detectable_difference([[0.1, 0.2]])


def test_power_is_checked() -> None:
    with pytest.raises(CommandError, match="power must lie between alpha"):
        smallest_detectable_difference(unit_pair(10), power=0.01)
