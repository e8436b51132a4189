"""The index itself: what it refuses, what it tells, and the selection of the best documents."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from harness.errors import CommandError, DatasetError
from harness.records import Document, Query
from harness.retrievers.lexical.bm25 import BM25
from harness.retrievers.lexical.overlap import Overlap

DOCUMENTS = [Document("d1", "cat", "cat dog"), Document("d2", "", "dog bird"), Document("d3", "", "the")]


def test_facts() -> None:
    facts = dict(BM25().index(DOCUMENTS).facts)
    assert facts.pop("index_bytes") > 0
    assert facts == {
        "documents": 2,
        "empty_documents": 1,
        "terms": 3,
        "postings": 4,
        "total_terms": 5,
        "average_length": 2.5,
    }


def test_progress_is_told_and_documents_are_read_once() -> None:
    def stream() -> Iterator[Document]:
        for number in range(2500):
            yield Document(str(number), "", "x")

    told: list[int] = []
    assert BM25().index(stream(), progress=told.append).facts["documents"] == 2500
    assert told == [1000, 2000, 2500]


def test_repeated_document_ids_are_all_named() -> None:
    again = [*DOCUMENTS, DOCUMENTS[1], DOCUMENTS[0]]
    with pytest.raises(DatasetError) as caught:
        BM25().index(again)
    assert [problem.where for problem in caught.value.problems] == ["document 4", "document 5"]


def test_no_document_is_an_error() -> None:
    with pytest.raises(DatasetError):
        BM25().index([])


def test_documents_without_any_term_are_no_error() -> None:
    index = BM25().index([Document("d1", "", "the"), Document("d2", "", "")])
    assert len(index.search([Query("q", "the cat")], 10, tag="t")) == 0
    assert index.facts["average_length"] == 0.0


def test_repeated_query_ids_and_bad_depths_are_refused() -> None:
    index = BM25().index(DOCUMENTS)
    with pytest.raises(DatasetError) as caught:
        index.search([Query("q", "cat"), Query("r", "dog"), Query("q", "dog")], 10, tag="t")
    assert [problem.where for problem in caught.value.problems] == ["query q"]
    with pytest.raises(CommandError):
        index.search([Query("q", "cat")], 0, tag="t")


@pytest.mark.parametrize("depth", [1, 7, 1000, 5000])
def test_the_selection_equals_a_full_sort(depth: int) -> None:
    # 3,000 documents and few distinct scores: the cut falls among ties, and candidates overflow.
    draw = random.Random(depth)
    texts = [" ".join(draw.choices("abcdefgh", k=draw.randint(1, 6))) for _ in range(3000)]
    documents = [Document(f"d{i}", "", text) for i, text in enumerate(texts)]
    wanted = {"a", "c", "f", "h"}
    scores = {d.id: len(wanted & set(d.text.split())) for d in documents}
    expected = sorted(((n, name) for name, n in scores.items() if n), reverse=True)[:depth]
    run = Overlap(analyzer="whitespace").index(documents).search([Query("q", "a c f h")], depth, tag="t")
    assert [(score, name) for name, score in run.to_dict()["q"].items()] == expected


def test_more_queries_than_one_batch_equal_single_searches() -> None:
    index = BM25().index(DOCUMENTS)
    queries = [Query(f"q{i}", text) for i, text in enumerate(["cat", "", "dog bird", "whale"] * 150)]
    together = index.search(queries, 5, tag="t").to_dict()
    alone = {query.id: index.search([query], 5, tag="t").to_dict().get(query.id) for query in queries}
    assert together == {name: ranking for name, ranking in alone.items() if ranking}
