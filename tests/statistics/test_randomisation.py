"""The randomisation test and its max-T: against scipy, by hand, and under the null."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from harness.statistics import draws
from harness.statistics.matrix import pairs
from harness.statistics.pairtest import Plan
from harness.statistics.randomisation import randomisation

GRADES = st.integers(0, 10).map(lambda k: k / 10)
SMALL = st.tuples(st.integers(2, 4), st.integers(2, 7)).flatmap(lambda s: arrays(float, s, elements=GRADES))


def test_by_hand() -> None:
    # differences 1, 2, −4, sum −1. The sums of the 8 sign patterns are ±1, ±3, ±5, ±7: all reach 1, so p = 1.
    # differences 1, 2, 4: 2 of 8 reach 7, so p = 1/4.
    result = randomisation([[1, 2, 0], [0, 0, 4], [0, 0, -4]])
    assert result.exhaustive
    assert result.draws == 3
    assert result.p.tolist() == [1.0, 0.25, 1.0]  # the last pair differs on one query alone: ±8 always
    assert result.floor == 0.25


@pytest.mark.parametrize("queries", [3, 8, 11])
def test_all_patterns_give_scipys_exact_p(queries: int) -> None:
    values = np.random.default_rng(queries).integers(0, 8, (4, queries)) / 7
    result = randomisation(values)
    for k, (i, j) in enumerate(zip(*pairs(4), strict=True)):
        expected = stats.permutation_test(
            (values[i], values[j]),
            lambda a, b: np.mean(a - b),
            permutation_type="samples",
            n_resamples=np.inf,
        ).pvalue
        assert result.p[k] == pytest.approx(expected, rel=1e-12)


def test_random_patterns_agree_with_scipy_and_the_t_test() -> None:
    values = np.clip(
        np.random.default_rng(5).random((4, 120)) + np.array([[0.0], [0.02], [0.08], [0.12]]), 0, 1
    )
    result = randomisation(values, Plan(draws=20_000))
    for k, (i, j) in enumerate(zip(*pairs(4), strict=True)):
        expected = stats.permutation_test(
            (values[i], values[j]),
            lambda a, b, axis: np.mean(a - b, axis=axis),
            permutation_type="samples",
            vectorized=True,
            n_resamples=20_000,
            rng=np.random.default_rng(1),
        ).pvalue
        spread = 5 * np.sqrt(2 * expected * (1 - expected) / 20_000) + 1e-4
        assert result.p[k] == pytest.approx(expected, abs=spread)
        assert result.p[k] == pytest.approx(stats.ttest_rel(values[i], values[j]).pvalue, abs=0.02)


def test_p_counts_the_observed_pattern() -> None:
    result = randomisation([np.ones(40), np.zeros(40)], Plan(draws=99))
    assert result.p[0] == 1 / 100
    assert result.floor == 1 / 100


def test_equal_systems_never_differ() -> None:
    values = np.random.default_rng(2).random((3, 60))
    values[1] = values[0]
    result = randomisation(values, Plan(draws=200))
    assert result.p[0] == 1
    assert result.p_max is not None
    assert result.p_max[0] == 1


def test_the_seed_decides_and_is_returned() -> None:
    values = np.random.default_rng(8).random((3, 60))
    one, again, other = (randomisation(values, Plan(300, seed)) for seed in (7, 7, 8))
    assert np.array_equal(one.p, again.p)
    assert not np.array_equal(one.p, other.p)
    assert (one.seed, other.seed) == (7, 8)


def test_neither_block_size_nor_further_systems_change_a_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(9).random((6, 70))
    whole = randomisation(values, Plan(draws=500))
    assert randomisation(values[:2], Plan(draws=500)).p[0] == whole.p[0]
    monkeypatch.setattr(draws, "BLOCK", 900)
    again = randomisation(values, Plan(draws=500))
    assert np.array_equal(again.p, whole.p)
    assert again.p_max is not None
    assert np.array_equal(again.p_max, whole.p_max)


@given(SMALL, st.randoms(use_true_random=False))
def test_invariances_when_all_patterns_are_taken(values: np.ndarray, random: object) -> None:
    order = list(range(values.shape[1]))
    random.shuffle(order)  # type: ignore[attr-defined]
    expected = randomisation(values)
    assert np.array_equal(randomisation(values[:, order]).p, expected.p)
    assert np.array_equal(randomisation(values + 2.0).p, expected.p)
    assert randomisation(values[1::-1]).p[0] == expected.p[0]
    assert expected.p_max is not None
    assert np.all(expected.p_max >= expected.p)  # correction never lowers a p-value


def test_max_t_by_hand() -> None:
    # Two queries, one other pattern: flip the second sign. Differences (1, 1), (3, 1), (2, 0) with norms √2,
    # √10, 2. Observed |sum| / norm: 2/√2 = 1.414, 4/√10 = 1.265, 2/2 = 1. Flipped: 0, 2/√10 = 0.632, 1.
    # The largest flipped ratio is 1: it reaches the third pair alone. p_max = 1/2, 1/2, 2/2.
    result = randomisation([[3, 1], [2, 0], [0, 0]])
    assert result.p_max is not None
    assert result.p_max.tolist() == [0.5, 0.5, 1.0]


def test_max_t_keeps_the_family_wise_error_under_the_null() -> None:
    # 6 systems that differ by noise alone, skewed as measures are; 400 data sets, standard error 1.1 %
    rng = np.random.default_rng(2024)
    wrong = 0
    for _ in range(400):
        values = rng.beta(1, 2, (1, 40)) + 0.3 * rng.beta(0.5, 2, (6, 40))
        p = randomisation(values, Plan(draws=399)).p_max
        assert p is not None
        wrong += bool(p.min() <= 0.05)
    assert 0.02 <= wrong / 400 <= 0.08
