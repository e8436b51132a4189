"""Kendall's tau, rank-biased overlap and effects against values worked by hand."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from harness.reproduction.agreement import kendall_tau, rank_biased_overlap
from harness.reproduction.effects import effect_ratio, relative_improvement_change

RANKINGS = st.lists(st.sampled_from("abcdefghijkl"), unique=True, max_size=12)


@pytest.mark.parametrize(
    ("first", "second", "tau"),
    [
        ("abcd", "abcd", 1.0),
        ("abcd", "dcba", -1.0),
        ("abcd", "bacd", 1 - 4 * 1 / 12),  # one of six pairs turned round: 1 - 2/6
        ("abcd", "badc", 1 - 4 * 2 / 12),  # two of six
        ("axbyc", "cba", -1.0),  # x and y are in one list alone; the other three are reversed
        ("axbc", "abzc", 1.0),
    ],
)
def test_tau_by_hand(first: str, second: str, tau: float) -> None:
    assert kendall_tau(first, second) == pytest.approx(tau, abs=1e-15)


@pytest.mark.parametrize(("first", "second"), [("", ""), ("abc", ""), ("abc", "xyz"), ("abc", "xcy")])
def test_tau_needs_two_common_documents(first: str, second: str) -> None:
    assert kendall_tau(first, second) is None


def test_tau_is_scipys_on_long_lists() -> None:
    draw = random.Random(7)
    ranks = list(range(1000))
    other = sorted(ranks, key=lambda rank: rank + draw.gauss(0, 200))
    ours = kendall_tau([str(rank) for rank in ranks], [str(rank) for rank in other])
    assert ours == pytest.approx(stats.kendalltau(ranks, [other.index(rank) for rank in ranks]).statistic)


def test_overlap_of_a_reversed_list_by_hand() -> None:
    # X = 0 of 1, 1... abc against cba: common in the first 1, 2, 3 ranks are 0, 1, 3 documents.
    # (0.1/0.9) (0/1·0.9 + 1/2·0.81 + 3/3·0.729) + 3/3·0.729 = 0.1111·1.134 + 0.729 = 0.855
    assert rank_biased_overlap("abc", "cba", p=0.9) == pytest.approx(0.855, abs=1e-12)


def test_overlap_of_unequal_lengths_by_hand() -> None:
    # S = ab, L = bcd, p = 0.5: X = 0, 1, 1; s = 2, l = 3.
    # sum 1: 0 + 1/2·0.25 + 1/3·0.125 = 0.166667; sum 2, d = 3: X_2 (3 - 2)/(2·3)·0.125 = 0.0208333
    # (0.5/0.5)·0.1875 + ((1 - 1)/3 + 1/2)·0.125 = 0.1875 + 0.0625 = 0.25
    assert rank_biased_overlap("ab", "bcd", p=0.5) == pytest.approx(0.25, abs=1e-12)


def test_overlap_at_its_ends() -> None:
    assert rank_biased_overlap("abc", "xyz") == 0.0
    assert rank_biased_overlap("", "abc") == 0.0
    assert rank_biased_overlap("", "") == 1.0
    # a prefix agrees with the longer list as far as anybody can see
    assert rank_biased_overlap("ab", "abcd") == pytest.approx(1.0, abs=1e-12)


@given(RANKINGS, RANKINGS)
def test_both_are_symmetric_and_bounded(first: list[str], second: list[str]) -> None:
    overlap, tau = rank_biased_overlap(first, second), kendall_tau(first, second)
    assert overlap == pytest.approx(rank_biased_overlap(second, first), abs=1e-12)
    assert -1e-12 <= overlap <= 1 + 1e-12
    assert rank_biased_overlap(first, first) == pytest.approx(1.0, abs=1e-12)
    assert tau == kendall_tau(second, first)
    assert tau is None or -1 <= tau <= 1


def test_effects_by_hand() -> None:
    # stored: 0.50 over a baseline of 0.40; found: 0.45 over 0.40
    assert effect_ratio(0.50, 0.40, 0.45, 0.40) == pytest.approx(0.5)  # 0.05 / 0.10
    assert relative_improvement_change(0.50, 0.40, 0.45, 0.40) == pytest.approx(0.125)  # 0.25 - 0.125
    assert effect_ratio(0.4, 0.4, 0.5, 0.4) is None
    assert relative_improvement_change(0.4, 0.0, 0.5, 0.4) is None
