"""Intervals: Student's by hand, the bootstrap against its own theory, coverage by simulation."""

import numpy as np
import pytest
from scipy import stats

from harness.errors import CommandError
from harness.statistics import draws
from harness.statistics.bootstrap import bootstrap_differences, bootstrap_intervals
from harness.statistics.differences import differences
from harness.statistics.draws import ranks_of
from harness.statistics.intervals import difference_intervals, mean_intervals
from harness.statistics.pairtest import Plan


def test_interval_of_a_mean_by_hand() -> None:
    # 1, 2, 3: mean 2, deviation 1; t of 2 degrees of freedom for 5 % is 4.30265 (tables): 2 ± 4.30265 / √3
    low, high = mean_intervals([[1.0, 2.0, 3.0]])[0]
    assert low == pytest.approx(2 - 4.30265 / 3**0.5, abs=1e-5)
    assert high == pytest.approx(2 + 4.30265 / 3**0.5, abs=1e-5)


def test_interval_of_a_difference_is_scipys() -> None:
    values = np.random.default_rng(6).random((2, 30))
    expected = stats.ttest_rel(*values).confidence_interval(0.9)
    assert difference_intervals(differences(values), alpha=0.1)[0] == pytest.approx(list(expected), rel=1e-9)


@pytest.mark.parametrize("alpha", [0, 1, -0.1, 5])
def test_alpha_is_checked(alpha: float) -> None:
    with pytest.raises(CommandError, match="alpha must lie between 0 and 1"):
        mean_intervals(np.eye(2), alpha)
    with pytest.raises(CommandError, match="alpha must lie between 0 and 1"):
        bootstrap_intervals(np.eye(2), alpha=alpha)


def test_bootstrap_of_a_mean_is_near_the_normal_interval() -> None:
    values = np.random.default_rng(7).random((3, 400))
    error = values.std(axis=1) / 20
    drawn = bootstrap_intervals(values)
    expected = values.mean(axis=1)[:, None] + 1.96 * error[:, None] * np.array([-1, 1])
    assert drawn.means == pytest.approx(expected, abs=0.15 * error.max())


def test_bootstrap_of_two_queries_by_hand() -> None:
    # values 0 and 1: the mean of a resample is 0, ½ or 1 with chances ¼, ½, ¼
    drawn = bootstrap_intervals([[0.0, 1.0]], alpha=0.05)
    assert drawn.means[0].tolist() == [0.0, 1.0]
    middle = bootstrap_intervals([[0.0, 1.0]], alpha=0.6)  # quantiles at .3 and .7
    assert middle.means[0].tolist() == [0.5, 0.5]


def test_every_query_is_drawn_equally_often() -> None:
    counts = sum(block.sum(axis=1) for block in draws.resamples(7, Plan(draws=20_000)))
    assert counts.sum() == 7 * 20_000
    assert stats.chisquare(counts).pvalue > 0.001


def test_bootstrap_of_differences_covers_what_the_means_shifted() -> None:
    base = np.random.default_rng(8).random(60)
    rows = bootstrap_differences([base + 0.25, base], Plan(draws=200))
    assert rows[0] == pytest.approx([0.25, 0.25], abs=1e-12)


def test_rank_intervals_of_clear_and_of_equal_systems() -> None:
    base = np.random.default_rng(9).random(60) / 2
    drawn = bootstrap_intervals([base, base + 0.3, base, base + 0.1])
    assert drawn.ranks.tolist() == [[3, 3], [1, 1], [3, 3], [2, 2]]  # equal systems share the better rank


def test_rank_interval_of_two_systems_that_are_close_holds_both_ranks() -> None:
    values = np.random.default_rng(10).random((2, 40))
    assert bootstrap_intervals(values).ranks.tolist() == [[1, 2], [1, 2]]


def test_blocks_do_not_change_the_bootstrap(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(11).random((3, 33))
    whole = bootstrap_intervals(values, Plan(draws=301))
    monkeypatch.setattr(draws, "BLOCK", 300)
    assert np.array_equal(bootstrap_intervals(values, Plan(draws=301)).means, whole.means)


def test_ranks_share_the_best_place() -> None:
    assert ranks_of(np.array([0.5, 0.9, 0.5, 0.1, 0.9]), 1e-12).tolist() == [3, 1, 3, 5, 1]


def test_student_interval_covers_the_true_mean_as_often_as_it_says() -> None:
    rng = np.random.default_rng(12)
    intervals = mean_intervals(rng.normal(0.4, 0.2, (2_000, 30)))
    covered = np.mean((intervals[:, 0] <= 0.4) & (intervals[:, 1] >= 0.4))
    assert covered == pytest.approx(0.95, abs=0.015)
