"""MaxSim: sums worked by hand, blocks, and token vectors of a real encoder."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.records import Document, Query
from harness.retrievers.late_interaction import exact as module
from harness.retrievers.late_interaction.maxsim import maxsim, token_blocks
from harness.retrievers.late_interaction.retriever import MaxSim
from tests.conftest import needs_neural


def floats(rows: list[list[float]]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_sums_worked_by_hand() -> None:
    queries = floats([[1, 0], [0, 1], [1, 1]])  # first query: two tokens; second: one; third: none
    documents = floats([[1, 0], [0.5, 0.5], [0, -1], [0, 0.25]])  # two tokens, one, none, one
    scores = maxsim(queries, np.array([0, 2, 3, 3]), documents, np.array([0, 2, 3, 3, 4]))
    # (1, 0): max(1, 0.5) | 0 | - | 0; (0, 1): max(0, 0.5) | -1 | - | 0.25; (1, 1): max(1, 1) | -1 | - | 0.25
    none = -np.inf
    assert scores.tolist() == [[1.5, -1, none, 0.25], [1, -1, none, 0.25], [none] * 4]


def test_blocks_are_whole_rows() -> None:
    bounds = np.array([0, 3, 4, 10, 10, 11])
    assert list(token_blocks(bounds, 4)) == [(0, 2), (2, 3), (3, 5)], "a row that is too long stands alone"
    assert list(token_blocks(bounds, 100)) == [(0, 5)]
    assert list(token_blocks(np.array([0]), 4)) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_it_is_what_the_definition_says(lengths: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    bounds = np.cumsum([0, *lengths])
    tokens = random.integers(-3, 4, (bounds[-1], 4)).astype(np.float32)
    queries, query_bounds = random.integers(-3, 4, (5, 4)).astype(np.float32), np.array([0, 2, 5])
    expected = [
        [sum(max(float(t @ q) for t in tokens[a:b]) for q in queries[c:d]) for a, b in pairwise(bounds)]
        for c, d in ((0, 2), (2, 5))
    ]
    assert maxsim(queries, query_bounds, tokens, bounds).tolist() == expected


def test_blocks_do_not_change_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_neural()
    documents = [
        Document(f"d{i}", "", text) for i, text in enumerate(["a cat sat", "rates rose", "cats", "a dog ran"])
    ]
    queries = [Query("q1", "small cat"), Query("q2", "interest rate"), Query("none", " ")]
    index = MaxSim(precision="float32").index(documents)
    whole = index.search(queries, 3, tag="t").to_dict()
    monkeypatch.setattr(module, "QUERY_TOKENS_AT_ONCE", 2)
    monkeypatch.setattr(module, "DOCUMENT_TOKENS_AT_ONCE", 3)
    small = index.search(queries, 3, tag="t").to_dict()
    assert list(whole) == list(small) == ["q1", "q2"]
    for query, ranking in whole.items():
        assert list(small[query]) == list(ranking)
        assert small[query] == pytest.approx(ranking, abs=1e-5)
    assert next(iter(whole["q2"])) == "d1"


def test_special_tokens_have_no_vector() -> None:
    needs_neural()
    index = MaxSim().index([Document("d", "", "cat dog"), Document("e", "", "cat")])
    assert index.facts["tokens"] == 3, "three wordpieces, without [CLS] and [SEP]"
    same = index.search([Query("q", "cat")], 5, tag="t").to_dict()["q"]
    assert same["e"] == pytest.approx(1, abs=1e-3), "the only token against itself, at half precision"
