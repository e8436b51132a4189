"""Bad input is refused with a place; good input is copied, never edited."""

import numpy as np
import pytest

from harness.errors import CommandError, ScoreError
from harness.statistics.matrix import check_values
from harness.statistics.pairtest import TESTS, Plan


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e101])
def test_a_value_without_meaning_is_named_by_system_and_query(bad: float) -> None:
    with pytest.raises(
        ScoreError, match=r"system 'tasb', query number 3: expected a finite number"
    ) as caught:
        check_values([[0.1, 0.2, 0.3], [0.4, 0.5, bad]], ["bm25", "tasb"])
    assert str(bad) in str(caught.value)


def test_all_bad_values_are_reported_together_and_a_flood_is_counted() -> None:
    values = np.full((5, 10), np.nan)
    with pytest.raises(ScoreError) as caught:
        check_values(values)
    assert len(caught.value.problems) == 21
    assert "and 30 more" in str(caught.value)


def test_one_query_is_refused() -> None:
    with pytest.raises(ScoreError, match="2 queries or more"):
        check_values([[0.5], [0.6]])


@pytest.mark.parametrize("values", [[0.5, 0.6], np.empty((0, 3)), np.zeros((2, 2, 2))])
def test_what_is_no_matrix_is_refused(values: object) -> None:
    with pytest.raises(CommandError, match="Expected a matrix"):
        check_values(values)  # type: ignore[arg-type]


def test_names_must_fit_and_differ() -> None:
    with pytest.raises(CommandError, match="2 rows of values need as many names; 1 were given"):
        check_values(np.zeros((2, 3)), ["a"])
    with pytest.raises(CommandError, match="more than once: a"):
        check_values(np.zeros((2, 3)), ["a", "a"])


@pytest.mark.parametrize("name", TESTS)
def test_every_test_refuses_nan_and_leaves_its_input_alone(name: str) -> None:
    values = np.random.default_rng(1).random((4, 12))
    before = values.copy()
    result = TESTS[name](values, Plan(draws=50))
    assert np.array_equal(values, before)
    assert not result.p.flags.writeable
    assert not result.statistic.flags.writeable
    values[0, 0] = np.nan
    with pytest.raises(ScoreError, match="system '1', query number 1"):
        TESTS[name](values, Plan(draws=50))


@pytest.mark.parametrize("plan", [Plan(draws=0), Plan(seed=-1)])
def test_a_plan_that_cannot_be_drawn_is_refused(plan: Plan) -> None:
    with pytest.raises(CommandError, match="at least 1 draw and a seed of 0 or more"):
        TESTS["randomisation"](np.eye(3), plan)
