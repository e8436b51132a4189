"""Names of measures: read, printed, refused."""

from __future__ import annotations

import pytest

from harness.errors import CommandError, UnknownNameError
from harness.evaluation.measure import Measure, parse_measure, parse_measures


@pytest.mark.parametrize(
    "text, canonical",
    {
        "nDCG@10": "nDCG@10",
        "nDCG": "nDCG",
        "nDCG(dcg='exp-log2')@10": "nDCG(dcg='exp-log2')@10",
        'nDCG( dcg = "exp-log2" )@10': "nDCG(dcg='exp-log2')@10",
        "nDCG(dcg='log2')@10": "nDCG@10",
        "AP(rel=2)": "AP(rel=2)",
        "P(rel=1)@10": "P@10",
        "P(rel=2)@10": "P(rel=2)@10",
        "R(judged_only=True, rel=2)@100": "R(judged_only=True,rel=2)@100",
        "SetF(beta=2)": "SetF(beta=2.0)",
        "RBP(p=0.9)@20": "RBP(p=0.9)@20",
        "IPrec@0.1": "IPrec@0.1",
        "IPrec@0.10": "IPrec@0.1",
        "IPrec@1": "IPrec@1.0",
        "ERR(max_rel=3)@20": "ERR(max_rel=3)@20",
        "  RR@10 ": "RR@10",
        "ndcg_cut_10": "nDCG@10",
        "ndcg_cut.10": "nDCG@10",
        "ndcg": "nDCG",
        "map": "AP",
        "map_cut_100": "AP@100",
        "recip_rank": "RR",
        "P_10": "P@10",
        "P.5": "P@5",
        "recall_100": "R@100",
        "recall.1000": "R@1000",
        "success_10": "Success@10",
        "Rprec": "Rprec",
        "bpref": "Bpref",
        "infAP": "infAP",
        "set_P": "SetP",
        "set_recall": "SetR",
        "set_F": "SetF",
        "num_ret": "NumRet",
        "num_rel": "NumRel",
        "num_rel_ret": "NumRelRet",
        "iprec_at_recall_0.10": "IPrec@0.1",
        "iprec_at_recall.0.00": "IPrec@0.0",
        "NDCG@10": "nDCG@10",
        "MAP@100": "AP@100",
        "MRR@10": "RR@10",
        "Recall@100": "R@100",
        "mrr@10": "RR@10",
    }.items(),
)
def test_a_name_and_its_canonical_form(text: str, canonical: str) -> None:
    measure = parse_measure(text)
    assert str(measure) == canonical
    assert parse_measure(canonical) == measure


@pytest.mark.parametrize(
    "text, fragment",
    {
        "": "is no measure",
        "@10": "is no measure",
        "nDCG@10@20": "is no measure",
        "P(rel=2": "is no measure",
        "P": "P needs a cutoff, for example P@10",
        "IPrec": "for example IPrec@0.1",
        "Bpref@10": "takes no cutoff",
        "P@0": "an integer from 1",
        "P@-1": "an integer from 1",
        "P@ten": "an integer from 1",
        "P@1.5": "an integer",
        "IPrec@2": "from 0 to 1",
        "AP(rel=0)": "integer from 1",
        "AP(rel=two)": "integer from 1",
        "AP(rel=1.5)": "integer",
        "AP(rel=True)": "integer",
        "RBP(p=1.0)": "between 0 and 1",
        "nDCG(dcg='exp')@10": "'log2' or 'exp-log2'",
        "nDCG(rel=2)@10": "no setting 'rel'; it takes dcg, judged_only",
        "AP(2)": "write key=value",
        "AP(rel=1,rel=2)": "given twice",
        "NumRel(judged_only=True)": "no setting 'judged_only'",
        "nDCG(dcg=__import__('os'))@10": "",
        "P@9999999999": "an integer from 1",
    }.items(),
)
def test_a_bad_name_is_refused_with_what_is_allowed(text: str, fragment: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse_measure(text)
    assert fragment in str(caught.value)


@pytest.mark.parametrize("text, nearest", [("nDGC@10", "nDCG"), ("ndcg@10", "ndcg"), ("sucess@5", "success")])
def test_an_unknown_name_gets_the_nearest(text: str, nearest: str) -> None:
    if text == "ndcg@10":
        assert str(parse_measure(text)) == "nDCG@10"
        return
    with pytest.raises(UnknownNameError) as caught:
        parse_measure(text)
    assert nearest in caught.value.nearest


def test_all_bad_names_are_reported_together() -> None:
    with pytest.raises(CommandError) as caught:
        parse_measures(["nDCG@10", "P", "Foo@3", "AP(rel=0)"])
    for fragment in ("3 measures", "P needs a cutoff", "no measure 'Foo'", "integer from 1"):
        assert fragment in str(caught.value)


def test_each_measure_once_in_the_order_given() -> None:
    assert [str(m) for m in parse_measures(["map", "nDCG@10", "AP", Measure("RR"), "ndcg_cut_10"])] == [
        "AP",
        "nDCG@10",
        "RR",
    ]
