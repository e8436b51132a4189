"""The random-effects summary by hand."""

import numpy as np
import pytest
from scipy import stats

from harness.errors import ScoreError
from harness.statistics.synthesis import DatasetEffect, dataset_effect, random_effects


def test_two_data_sets_by_hand() -> None:
    # y = 0, 1; v = .1: w = 10, 10; mean ½; Q = 10 · ¼ · 2 = 5; C = 20 − 200/20 = 10; τ² = (5 − 1)/10 = .4;
    # weights 1/.5 = 2, 2; summary ½ with standard error 1/√4 = ½; I² = 4/5
    found = random_effects([DatasetEffect("one", 0.0, 0.1, 50), DatasetEffect("two", 1.0, 0.1, 50)])
    assert (found.q, found.tau_squared, found.i_squared) == pytest.approx((5, 0.4, 0.8))
    assert found.effect == pytest.approx(0.5)
    assert (found.low, found.high) == pytest.approx((0.5 - 1.959964 / 2, 0.5 + 1.959964 / 2), abs=1e-6)
    assert found.p == pytest.approx(2 * stats.norm.sf(1))
    assert found.q_p == pytest.approx(stats.chi2.sf(5, 1))
    assert [row.weight for row in found.rows] == [0.5, 0.5]
    assert found.rows[1].low == pytest.approx(1 - 1.959964 * 0.1**0.5, abs=1e-6)


def test_unequal_precision_by_hand() -> None:
    # y = 0, 0, 3; v = 1, 1, ½: w = 1, 1, 2; mean 6/4 = 1.5; Q = 2.25 + 2.25 + 2 · 2.25 = 9;
    # C = 4 − 6/4 = 2.5; τ² = (9 − 2)/2.5 = 2.8; weights 1/3.8, 1/3.8, 1/3.3
    rows = [DatasetEffect(str(k), y, v, 10) for k, (y, v) in enumerate([(0, 1), (0, 1), (3, 0.5)])]
    found = random_effects(rows)
    assert (found.q, found.tau_squared, found.i_squared) == pytest.approx((9, 2.8, 7 / 9))
    assert found.effect == pytest.approx((3 / 3.3) / (2 / 3.8 + 1 / 3.3))
    assert sum(row.weight for row in found.rows) == pytest.approx(1)


def test_agreeing_data_sets_have_no_spread_between_them() -> None:
    # y equal: Q = 0, so τ² = 0 and the summary is the fixed-effect mean with weights 1/v
    found = random_effects([DatasetEffect("one", 0.2, 0.01, 50), DatasetEffect("two", 0.2, 0.04, 50)])
    assert (found.tau_squared, found.i_squared) == (0, 0)
    assert [row.weight for row in found.rows] == pytest.approx([0.8, 0.2])
    assert found.high - found.effect == pytest.approx(1.959964 / 125**0.5, abs=1e-6)


def test_one_data_set_is_its_own_summary() -> None:
    found = random_effects([DatasetEffect("one", 0.3, 0.04, 50)])
    assert (found.effect, found.tau_squared, found.q_p) == (pytest.approx(0.3), 0, 1)


def test_effect_of_a_data_set_by_hand() -> None:
    # differences 1, 2, 3: mean 2, variance 1, variance of the mean 1/3
    row = dataset_effect("set", [1, 2, 3], [0, 0, 0])
    assert row == ("set", 2.0, pytest.approx(1 / 3), 3)


def test_all_that_is_wrong_is_said_at_once() -> None:
    rows = [
        DatasetEffect("same", 0.1, 0.0, 5),
        DatasetEffect("odd", np.nan, 0.1, 5),
        DatasetEffect("same", 0.1, 0.1, 5),
    ]
    with pytest.raises(ScoreError) as caught:
        random_effects(rows)
    assert [problem.where for problem in caught.value.problems] == [
        "data set 'same'",
        "data set 'same'",
        "data set 'odd'",
    ]
    with pytest.raises(ScoreError, match="No data set to summarise"):
        random_effects([])
