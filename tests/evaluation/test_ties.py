"""Ranges over tied orders: closed forms against counting out every order, and cases worked by hand."""

from __future__ import annotations

from itertools import groupby, permutations, product
from math import fsum

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.evaluation.evaluate import evaluate
from harness.evaluation.ties import tie_ranges, tied_pair_share
from harness.rankings import Run
from harness.records import Qrels
from tests.evaluation.files import text_qrels

MEASURES = [
    "nDCG",
    "nDCG@2",
    "nDCG@3",
    "nDCG(dcg='exp-log2')@3",
    "AP",
    "AP@2",
    "AP(rel=2)",
    "AP(rel=2)@3",
    "RR",
    "RR@2",
    "RR(rel=2)",
    "P@1",
    "P@3",
    "P(rel=2)@2",
    "R@1",
    "R@3",
    "R_cap@2",
    "Rprec",
    "Rprec(rel=2)",
    "Success@1",
    "Success@2",
    "Success(rel=2)@3",
    "Judged@1",
    "Judged@3",
    "RBP",
    "RBP(p=0.5,rel=2)@3",
    "ERR",
    "ERR@2",
    "ERR(max_rel=3)@3",
    "Bpref",
    "Bpref(rel=2)",
    "IPrec@0.0",
    "IPrec@0.5",
    "IPrec(rel=2)@0.3",
    "SetP",
    "SetR",
    "SetF",
    "NumRet",
    "NumRel",
    "infAP",
    "infAP(rel=2)",
    "NumRelRet",
]


def every_order(scores: dict[str, float]) -> list[list[str]]:
    by_score = sorted(scores, key=lambda doc: -scores[doc])
    blocks = [list(block) for _, block in groupby(by_score, key=lambda doc: scores[doc])]
    return [[d for block in order for d in block] for order in product(*map(permutations, blocks))]


@settings(max_examples=60, deadline=None)
@given(
    judged=st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-1, 3), min_size=1, max_size=7),
    scores=st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2).map(float), min_size=1, max_size=5),
)
def test_lowest_expected_and_highest_are_those_of_all_orders(
    judged: dict[str, int], scores: dict[str, float]
) -> None:
    qrels = Qrels.from_dict({"q": judged})
    values = np.array(
        [
            evaluate(
                Run.from_dict({"q": {d: float(-rank) for rank, d in enumerate(order)}}, "t"), qrels, MEASURES
            ).values[:, 0]
            for order in every_order(scores)
        ]
    )
    for column, found in enumerate(tie_ranges(Run.from_dict({"q": scores}, "t"), qrels, MEASURES)):
        every = values[:, column]
        assert found.lowest[0] == pytest.approx(every.min(), abs=1e-12), found.measure
        assert found.highest[0] == pytest.approx(every.max(), abs=1e-12), found.measure
        if found.expected is None:
            assert found.measure.startswith("IPrec"), found.measure
        else:
            assert found.expected[0] == pytest.approx(fsum(every) / len(every), abs=1e-12), found.measure


def test_two_tied_documents_by_hand() -> None:
    """A relevant, B not: first or second with equal chance; 1 / log2(3) = 0.63093."""
    (ndcg, rr) = tie_ranges(
        Run.from_dict({"q1": {"A": 1.0, "B": 1.0}}, "t"), text_qrels("q1 A1 B0; q2 A1"), ["nDCG@10", "RR"]
    )
    assert (ndcg.lowest[0], ndcg.highest[0]) == (pytest.approx(0.63093, abs=1e-5), 1.0)
    assert ndcg.expected is not None and rr.expected is not None
    assert ndcg.expected[0] == pytest.approx((1 + 0.63093) / 2, abs=1e-5)
    assert (rr.lowest[0], rr.expected[0], rr.highest[0]) == (0.5, 0.75, 1.0)
    for found in (ndcg, rr):
        assert found.expected is not None
        assert (found.lowest[1], found.expected[1], found.highest[1]) == (0.0, 0.0, 0.0), "q2 is missing"


def test_the_official_value_lies_in_the_range() -> None:
    import random

    chance = random.Random(4)
    judged = {f"q{i}": {f"d{j}": chance.randint(0, 3) for j in range(0, 300, 3)} for i in range(5)}
    run = Run.from_dict({q: {f"d{j}": float(chance.randint(0, 9)) for j in range(300)} for q in judged}, "t")
    qrels = Qrels.from_dict(judged)
    official = evaluate(run, qrels, MEASURES)
    for row, found in zip(official.values, tie_ranges(run, qrels, MEASURES), strict=True):
        assert (found.lowest <= row + 1e-12).all() and (row <= found.highest + 1e-12).all()
        if found.expected is not None:
            assert (found.lowest <= found.expected + 1e-12).all(), found.measure
            assert (found.expected <= found.highest + 1e-12).all(), found.measure


def test_without_ties_the_range_is_the_official_value_to_the_last_bit() -> None:
    run = Run.from_dict({"q": {f"d{i}": float(i) for i in range(50)}}, "t")
    qrels = Qrels.from_dict({"q": {f"d{i}": i % 4 for i in range(0, 50, 2)}})
    for row, found in zip(
        evaluate(run, qrels, MEASURES).values, tie_ranges(run, qrels, MEASURES), strict=True
    ):
        assert (found.lowest == row).all() and (found.highest == row).all()
        assert found.expected is None or found.expected == pytest.approx(row, abs=1e-12)


def test_single_precision_has_more_ties() -> None:
    run = Run.from_dict({"q1": {"A": 1.00000001, "B": 1.0}}, "t")
    (double,) = tie_ranges(run, text_qrels("q1 A1"), ["RR"])
    (single,) = tie_ranges(run, text_qrels("q1 A1"), ["RR"], score_precision="single")
    assert single.expected is not None
    assert (double.lowest[0], single.lowest[0], single.expected[0]) == (1.0, 0.5, 0.75)


def test_bpref_and_err_by_hand() -> None:
    """One relevant, one judged non-relevant and one unjudged document tied.

    Bpref looks at the first two only: 1 or 0. ERR stops with chance (2^1 - 1) / 2^4 = 1/16 at rank 1, 2 or 3.
    """
    run = Run.from_dict({"q1": {"A": 1.0, "B": 1.0, "X": 1.0}}, "t")
    (bpref, err) = tie_ranges(run, text_qrels("q1 A1 B0"), ["Bpref", "ERR"])
    assert bpref.expected is not None and err.expected is not None
    assert (bpref.lowest[0], bpref.expected[0], bpref.highest[0]) == (0.0, 0.5, 1.0)
    assert (err.lowest[0], err.highest[0]) == (1 / 48, 1 / 16)
    assert err.expected[0] == pytest.approx((1 + 1 / 2 + 1 / 3) / 3 / 16)


def test_a_large_block_keeps_its_mean_in_range() -> None:
    """Two thousand tied documents, a quarter of them relevant: products of many factors stay exact enough."""
    judged = {f"d{i}": i % 4 for i in range(0, 2000, 3)}
    run = Run.from_dict({"q": {f"d{i}": 1.0 for i in range(2000)}}, "t")
    for found in tie_ranges(run, Qrels.from_dict({"q": judged}), ["ERR", "ERR@10", "Bpref", "infAP"]):
        assert found.expected is not None
        assert 0 < found.lowest[0] + 1e-12 < found.expected[0] < found.highest[0], found.measure


def test_infap_by_hand() -> None:
    """One relevant document tied with one of the pool that nobody judged, e = 0.00001.

    First, it adds 1. Second, it adds 1/2 + 1/2 * 1/1 * e / 2e = 3/4.
    """
    run = Run.from_dict({"q1": {"A": 1.0, "U": 1.0}}, "t")
    (found,) = tie_ranges(run, text_qrels("q1 A1 U-1"), ["infAP"])
    assert found.expected is not None
    assert (found.lowest[0], found.highest[0]) == (pytest.approx(0.75), 1.0)
    assert found.expected[0] == pytest.approx(0.875)


def test_share_of_tied_pairs() -> None:
    """q1: three documents, two of them tied, 1 of 3 pairs; q2: three tied, 3 of 3; together 4 of 6."""
    run = Run.from_dict({"q1": {"a": 1.0, "b": 1.0, "c": 2.0}, "q2": {"a": 0.0, "b": 0.0, "c": 0.0}}, "t")
    assert tied_pair_share(run) == pytest.approx(4 / 6)
    assert tied_pair_share(Run.from_dict({"q1": {"a": 1.0}}, "t")) == 0.0
