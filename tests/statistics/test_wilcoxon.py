"""Wilcoxon's test against scipy, by hand, with ties and zeros."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from harness.errors import UnknownNameError
from harness.statistics.matrix import pairs
from harness.statistics.wilcoxon import wilcoxon

GRADES = st.integers(0, 8).map(lambda k: k / 10)
TIED = st.integers(2, 9).flatmap(lambda n: arrays(float, (2, n), elements=GRADES))


def test_by_hand() -> None:
    # differences 1, 2, 3, 4, −5 (ranks 1 to 5): signed sum 10 − 5 = 5; of the 32 patterns 22 have |sum| ≥ 5:
    # the positive ranks sum to k in 1 1 1 2 2 3 3 3 3 3 3 2 2 1 1 1 ways for k = 0 … 15, and k ≤ 5 or k ≥ 10
    # makes 10 + 10 of them. So p = 20/32.
    result = wilcoxon([[1, 2, 3, 4, 0], [0, 0, 0, 0, 5]])
    assert result.statistic[0] == 5
    assert result.p[0] == 20 / 32


def test_all_wins_on_five_queries_has_the_smallest_p_there_is() -> None:
    result = wilcoxon([[0.1, 0.2, 0.3, 0.4, 0.5], [0, 0, 0, 0, 0]])
    assert result.p[0] == 2 / 32 == result.floor


@pytest.mark.parametrize("queries", [2, 6, 20, 43, 50])
def test_exact_without_ties_is_scipys(queries: int) -> None:
    values = np.random.default_rng(queries).random((6, queries))
    result = wilcoxon(values)
    for k, (i, j) in enumerate(zip(*pairs(6), strict=True)):
        expected = stats.wilcoxon(values[i], values[j], method="exact").pvalue
        assert result.p[k] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("zeros", ["wilcoxon", "pratt"])
@pytest.mark.parametrize("queries", [80, 400])
def test_approximation_with_ties_and_zeros_is_scipys(queries: int, zeros: str) -> None:
    values = np.random.default_rng(queries).integers(0, 9, (5, queries)) / 8  # eighths: exact differences
    result = wilcoxon(values, zeros=zeros)
    for k, (i, j) in enumerate(zip(*pairs(5), strict=True)):
        expected = stats.wilcoxon(
            values[i],
            values[j],
            method="asymptotic",
            correction=False,
            zero_method=zeros.replace("oxon", "ox"),
        ).pvalue
        assert result.p[k] == pytest.approx(expected, rel=1e-10)


@given(
    arrays(float, (2, 8), elements=st.integers(0, 8).map(lambda k: k / 8)),
    st.sampled_from(["wilcoxon", "pratt"]),
)
def test_exact_with_ties_is_the_enumeration_of_all_signs(values: np.ndarray, zeros: str) -> None:
    gaps = values[0] - values[1]
    ranks = (
        stats.rankdata(np.abs(gaps[gaps != 0]))
        if zeros == "wilcoxon"
        else stats.rankdata(np.abs(gaps))[gaps != 0]
    )
    signs = 1 - 2 * ((np.arange(2 ** len(ranks))[:, None] >> np.arange(len(ranks))) & 1)
    observed = abs(np.sign(gaps[gaps != 0]) @ ranks)
    expected = np.mean(np.abs(signs @ ranks) >= observed - 1e-9) if len(ranks) else 1.0
    assert wilcoxon(values, zeros=zeros).p[0] == pytest.approx(expected, rel=1e-12)


def test_differences_that_are_equal_on_paper_tie() -> None:
    # 0.3 − 0.2 and 0.2 − 0.1 differ by 3e-17 in binary; both must get rank 1.5: signed sum 3 − 1.5 − 1.5 = 0
    assert wilcoxon([[0.3, 0.1, 0.5], [0.2, 0.2, 0.3]]).statistic[0] == pytest.approx(1.5 - 1.5 + 3)
    assert wilcoxon([[0.3, 0.2, 0.3], [0.2, 0.1, 0.5]]).statistic[0] == 0


def test_equal_systems_never_differ() -> None:
    values = np.random.default_rng(2).random(60)
    result = wilcoxon([values, values])
    assert (result.statistic[0], result.p[0]) == (0, 1)


@given(TIED, st.randoms(use_true_random=False))
def test_invariances(values: np.ndarray, random: object) -> None:
    order = list(range(values.shape[1]))
    random.shuffle(order)  # type: ignore[attr-defined]
    expected = wilcoxon(values)
    swapped = wilcoxon(values[::-1])
    assert np.array_equal(wilcoxon(values[:, order]).p, expected.p)
    assert np.array_equal(wilcoxon(values + 3.0).p, expected.p)
    assert np.array_equal(swapped.p, expected.p)
    assert np.array_equal(swapped.statistic, -expected.statistic)


def test_blocks_of_pairs_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(4).integers(0, 5, (9, 30)) / 4
    whole = wilcoxon(values).p
    monkeypatch.setattr("harness.statistics.matrix.blocks.__defaults__", (90,))
    assert np.array_equal(wilcoxon(values).p, whole)


def test_an_unknown_treatment_of_zeros_names_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'pratt'"):
        wilcoxon(np.eye(2), zeros="prat")
