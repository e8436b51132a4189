"""Bit by bit against pytrec_eval, which holds scores in single precision as trec_eval up to 9.0.8 does."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.evaluation.evaluate import evaluate
from harness.rankings import Run
from harness.records import Qrels
from tests.evaluation.strategies import KINDS, Judged, Scores, cases

pytrec_eval = pytest.importorskip("pytrec_eval")

OURS = {  # theirs, as asked for: (theirs, as answered; ours)
    "ndcg": ("ndcg", "nDCG"),
    "ndcg_cut.3": ("ndcg_cut_3", "nDCG@3"),
    "ndcg_cut.10": ("ndcg_cut_10", "nDCG@10"),
    "map": ("map", "AP(rel={rel})"),
    "map_cut.3": ("map_cut_3", "AP(rel={rel})@3"),
    "recip_rank": ("recip_rank", "RR(rel={rel})"),
    "P.5": ("P_5", "P(rel={rel})@5"),
    "recall.5": ("recall_5", "R(rel={rel})@5"),
    "success.3": ("success_3", "Success(rel={rel})@3"),
    "Rprec": ("Rprec", "Rprec(rel={rel})"),
    "bpref": ("bpref", "Bpref(rel={rel})"),
    "infAP": ("infAP", "infAP(rel={rel})"),
    "iprec_at_recall.0.10": ("iprec_at_recall_0.10", "IPrec(rel={rel})@0.1"),
    "iprec_at_recall.0.50": ("iprec_at_recall_0.50", "IPrec(rel={rel})@0.5"),
    "set_P": ("set_P", "SetP(rel={rel})"),
    "set_recall": ("set_recall", "SetR(rel={rel})"),
    "set_F": ("set_F", "SetF(rel={rel})"),
    "num_ret": ("num_ret", "NumRet"),
    "num_rel_ret": ("num_rel_ret", "NumRelRet(rel={rel})"),
}


def check_equal(judged: Judged, scores: Scores, rel: int) -> None:
    oracle = pytrec_eval.RelevanceEvaluator(judged, set(OURS), relevance_level=rel).evaluate(scores)
    names = {theirs: ours.format(rel=rel).replace("(rel=1)", "") for theirs, ours in OURS.values()}
    evaluation = evaluate(
        Run.from_dict(scores, "t"), Qrels.from_dict(judged), list(names.values()), score_precision="single"
    )
    got = evaluation.by_query()
    for query in judged:
        for theirs, ours in names.items():
            # a query that the run lacks has no row there; trec_eval -c counts it as zero
            want = oracle[query][theirs] if query in scores else 0.0
            assert got[ours][query] == want, (query, ours)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), rel=st.integers(1, 2))
def test_bitwise_equal_on_runs_of_every_kind(kind: str, data: st.DataObject, rel: int) -> None:
    judged, scores = data.draw(cases(KINDS[kind]))
    for query, grades in judged.items():
        if max(grades.values()) < rel - 1:  # its bpref counts levels that do not exist there
            grades[f"top-{query}"] = rel
    check_equal(judged, scores, rel)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32), st.integers(1, 2))
def test_bitwise_equal_on_long_rankings(seed: int, rel: int) -> None:
    """Sums over hundreds of terms, where the order of adding shows in the last bits."""
    import random

    chance = random.Random(seed)
    documents = [f"doc{i}" for i in range(600)]
    judged = {"1": {d: chance.choice([0, 0, 1, 2, 3, -1]) for d in chance.sample(documents, 250)}}
    judged["1"]["doc0"] = 3
    scores = {"1": {d: round(chance.gauss(10, 3), chance.choice([1, 7])) for d in documents}}
    check_equal(judged, scores, rel)
