"""Corrections by hand and their order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from harness.errors import CommandError, ScoreError
from harness.statistics.corrections import CORRECTIONS, benjamini_hochberg_p, holm_p
from harness.statistics.pairtest import Plan
from harness.statistics.randomisation import randomisation
from harness.statistics.ttest import paired_t

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30).map(np.array)


def test_holm_by_hand() -> None:
    # sorted .01 .02 .03 .04, times 4 3 2 1: .04 .06 .06 .04, and never falling: .04 .06 .06 .06
    assert holm_p(np.array([0.04, 0.01, 0.03, 0.02])) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_holm_stops_at_one() -> None:
    assert holm_p(np.array([0.5, 0.9])).tolist() == [1.0, 1.0]


def test_benjamini_hochberg_by_hand() -> None:
    # sorted .01 .02 .03 .20, times 4/1 4/2 4/3 4/4: .04 .04 .04 .20
    assert benjamini_hochberg_p(np.array([0.20, 0.01, 0.03, 0.02])) == pytest.approx([0.20, 0.04, 0.04, 0.04])


def test_benjamini_hochberg_takes_the_smaller_neighbour_from_above() -> None:
    # sorted .02 .021, times 2/1 2/2: .04 .021, and never above the next: .021 .021
    assert benjamini_hochberg_p(np.array([0.02, 0.021])) == pytest.approx([0.021, 0.021])


@given(P_VALUES)
def test_benjamini_hochberg_is_scipys(p: np.ndarray) -> None:
    assert benjamini_hochberg_p(p) == pytest.approx(stats.false_discovery_control(p), rel=1e-12)


@pytest.mark.parametrize("correct", [holm_p, benjamini_hochberg_p])
@given(p=P_VALUES)
def test_corrected_values_keep_the_order_and_never_fall_below_raw(correct: object, p: np.ndarray) -> None:
    corrected = correct(p)  # type: ignore[operator]
    order = np.argsort(p, kind="stable")
    assert np.all(np.diff(corrected[order]) >= 0)
    assert np.all(corrected >= p)
    assert np.all(corrected <= 1)


def test_one_pair_needs_no_correction() -> None:
    assert holm_p(np.array([0.03])).tolist() == benjamini_hochberg_p(np.array([0.03])).tolist() == [0.03]


def test_no_pair_is_no_error() -> None:
    assert len(holm_p(np.empty(0))) == len(benjamini_hochberg_p(np.empty(0))) == 0


@pytest.mark.parametrize("bad", [np.nan, -0.1, 1.5])
def test_what_is_no_p_value_is_refused(bad: float) -> None:
    with pytest.raises(ScoreError, match="between 0 and 1; found"):
        holm_p(np.array([0.1, bad]))


def test_max_t_needs_sign_flips_and_says_where_they_are() -> None:
    values = np.random.default_rng(1).random((3, 20))
    assert np.array_equal(
        CORRECTIONS["max-t"](randomisation(values, Plan(50))), randomisation(values, Plan(50)).p_max
    )
    with pytest.raises(CommandError, match=r"test 't' does not draw. Take the test 'randomisation'"):
        CORRECTIONS["max-t"](paired_t(values))
