"""Dense retrieval: exact search on vectors worked by hand and at random; what the parameters do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.records import Document, Query
from harness.retrievers.dense.encoder import shaped
from harness.retrievers.dense.retriever import Dense
from harness.retrievers.engines import nearest as module
from harness.retrievers.engines.nearest import nearest
from tests.conftest import needs_neural


@pytest.fixture(autouse=True)
def present() -> None:
    needs_neural()


def test_products_worked_by_hand() -> None:
    documents = np.array([[1, 0], [0, 1], [0.5, 0.5], [-1, 0]], dtype=np.float32)
    queries = np.array([[2, 1], [0, -1]], dtype=np.float32)
    # first query: 2, 1, 1.5, -2; second: 0, -1, -0.5, 0, the tie at 0 to the greater number
    (found,) = nearest(queries, documents, 3)
    assert found.counts.tolist() == [3, 3]
    assert found.documents.tolist() == [0, 2, 1, 3, 0, 2]
    assert found.scores.tolist() == [2, 1.5, 1, 0, 0, -0.5]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(1, 6), st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_it_is_what_sorting_everything_gives(n: int, q: int, depth: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    documents = random.integers(-2, 3, (n, 3)).astype(
        np.float32
    )  # small whole numbers: exact, with many ties
    queries = random.integers(-2, 3, (q, 3)).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "DOCUMENTS_AT_ONCE", 64)
        patch.setattr(module, "QUERIES_AT_ONCE", 4)
        found = nearest(queries, documents, depth)
    got = np.concatenate([part.documents for part in found]).reshape(q, -1)
    products = queries @ documents.T
    expected = [np.lexsort((-np.arange(n), -row))[:depth] for row in products]
    assert got.tolist() == np.array(expected).tolist()
    scores = np.concatenate([part.scores for part in found]).reshape(q, -1)
    assert scores.tolist() == np.take_along_axis(products, np.array(expected), 1).tolist()


def test_many_documents_at_a_small_depth() -> None:
    random = np.random.default_rng(7)
    documents, queries = random.normal(size=(20_000, 8)).astype(np.float32), random.normal(size=(3, 8))
    (found,) = nearest(queries.astype(np.float32), documents, 10)
    best = np.argsort(-(queries @ documents.T), axis=1)[:, :10]
    assert found.documents.reshape(3, 10).tolist() == best.tolist()


def test_vectors_are_cut_and_then_scaled() -> None:
    vectors = np.array([[3, 4, 12], [0, 0, 5]], dtype=np.float32)
    assert shaped(vectors, 2, True).tolist() == [[np.float32(0.6), np.float32(0.8)], [0, 0]]
    assert shaped(vectors, None, False).tolist() == vectors.tolist()
    assert shaped(vectors[:1], None, True)[0].tolist() == pytest.approx([3 / 13, 4 / 13, 12 / 13])


def test_parameters_change_what_is_encoded() -> None:
    documents = [
        Document("a", "Cats", "A cat sat on the mat."),
        Document("b", "", "Interest rates rose again."),
    ]
    queries = [Query("q", "a small cat")]
    plain = Dense().index(documents).search(queries, 5, tag="t").to_dict()["q"]
    assert list(plain) == ["a", "b"]
    assert max(plain.values()) <= 1
    dimensions = Dense(dimensions=32).index(documents)
    assert dimensions.facts["dimensions"] == 32
    for changed in (
        Dense(query_prompt="query: "),
        Dense(document_prompt="passage: "),
        Dense(max_length=4),
        Dense(fields=("text",)),
        Dense(dimensions=32),
    ):
        other = changed.index(documents).search(queries, 5, tag="t").to_dict()["q"]
        assert other != plain, changed
    dot = Dense(similarity="dot").index(documents).search(queries, 5, tag="t").to_dict()["q"]
    assert dot == pytest.approx(plain, abs=1e-5), "this checkpoint gives vectors of length 1"
