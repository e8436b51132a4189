"""Learned sparse: the formula on logits worked by hand, pruning, the inverted file, the facts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from harness.columns import StringColumn
from harness.records import Document, Query
from harness.retrievers.engines.sparse import SparseSearch
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.transformer import Batch
from harness.retrievers.sparse.encoder import pooled, pruned
from harness.retrievers.sparse.index import SparseIndex, invert
from harness.retrievers.sparse.splade import Splade
from tests.conftest import needs_neural


def floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_pooling_of_logits_worked_by_hand() -> None:
    needs_neural()
    import torch

    mask = torch.tensor([[True, True, True], [True, False, False]])
    e = float(np.e)
    logits = [[[e - 1, -5, 0], [e**2 - 1, -1, 0], [0, -3, e - 1]], [[0, e - 1, -1], [9, 9, 9], [9, 9, 9]]]
    expected = {"max": [[2, 0, 1], [0, 1, 0]], "sum": [[3, 0, 1], [0, 1, 0]]}
    for pooling in ("max", "sum"):
        batch = Batch([0, 1], torch.tensor(logits), mask, ~mask)
        found = pooled(batch, pooling)  # type: ignore[arg-type]
        assert found == pytest.approx(np.array(expected[pooling]), abs=1e-6), pooling


def test_the_heaviest_terms_are_kept_and_quantised() -> None:
    bounds, terms = np.array([0, 3, 3, 5]), np.array([2, 5, 9, 1, 2], dtype=np.int32)
    weights = floats(0.5, 1.25, 0.5, 0.004, 2)
    whole = pruned(bounds, terms, weights, None, None)
    assert (whole["bounds"].tolist(), whole["terms"].tolist()) == ([0, 3, 3, 5], [2, 5, 9, 1, 2])
    lean = pruned(bounds, terms, weights, 2, None)
    assert (lean["bounds"].tolist(), lean["terms"].tolist()) == ([0, 2, 2, 4], [2, 5, 1, 2]), (
        "a tie: the lower term"
    )
    rounded = pruned(bounds, terms, weights, None, 100)
    assert rounded["bounds"].tolist() == [0, 3, 3, 4]
    assert rounded["weights"].tolist() == [50, 125, 50, 200], "0.4 rounds to zero and goes"


class Letters:
    """Letters a to d as terms 0 to 3, each as heavy as it is often."""

    identity = "0"

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        rows = [sorted({"abcd".index(letter) for letter in text}) for text in texts]
        return {
            "bounds": np.cumsum([0, *map(len, rows)], dtype=np.int64),
            "terms": np.array([term for row in rows for term in row], dtype=np.int32),
            "weights": floats(
                *(text.count("abcd"[term]) for text, row in zip(texts, rows, strict=True) for term in row)
            ),
        }


def test_dot_products_and_flops_worked_by_hand() -> None:
    needs_neural()
    ids = StringColumn.from_strings(["x", "y", "z"])
    # x: 2a + b; y: 3b; z: d
    inverted = invert(
        ids, np.array([0, 2, 3, 4]), np.array([0, 1, 1, 3], dtype=np.int32), floats(2, 1, 3, 1), 4
    )
    index = SparseIndex(
        engine=SparseSearch(inverted=inverted), encoder=Letters(), query_terms=None, scale=None, told={}
    )
    found = index.search([Query("q", "abb"), Query("r", "cd"), Query("s", "c"), Query("t", "")], 5, tag="t")
    assert found.to_dict() == {"q": {"y": 6, "x": 4}, "r": {"z": 1}}
    facts = index.facts
    assert facts["postings"] == 4
    assert facts["terms_per_document"] == pytest.approx(4 / 3)
    assert facts["terms_per_query"] == pytest.approx(5 / 3), "a b | c d | c, of the queries with text"
    # shares of the three queries: a 1/3, b 1/3, c 2/3, d 1/3; of the documents: a 1/3, b 2/3, c 0, d 1/3
    assert facts["flops"] == pytest.approx(1 / 9 + 2 / 9 + 0 + 1 / 9)


def test_parameters_change_the_vectors() -> None:
    needs_neural()
    documents = [Document("a", "", "a cat sat on the mat"), Document("b", "", "interest rates rose")]
    queries = [Query("q", "cat")]
    plain = Splade().index(documents)
    scores = plain.search(queries, 5, tag="t").to_dict()["q"]
    assert next(iter(scores)) == "a"
    few = Splade(document_terms=5, query_terms=2).index(documents)
    few.search(queries, 5, tag="t")
    assert few.facts["terms_per_document"] == 5
    assert few.facts["terms_per_query"] == 2
    whole = Splade(quantisation=100.0).index(documents).search(queries, 5, tag="t").to_dict()["q"]
    assert all(score == int(score) for score in whole.values())
    assert whole["a"] / 10_000 == pytest.approx(scores["a"], rel=0.02)
    binary = Splade(query_encoder="binary").index(documents)
    assert next(iter(binary.search(queries, 5, tag="t").to_dict()["q"])) == "a"
    assert binary.facts["terms_per_query"] == 1
    summed = Splade(pooling="sum").index(documents).search(queries, 5, tag="t").to_dict()["q"]
    assert summed["a"] > scores["a"]
