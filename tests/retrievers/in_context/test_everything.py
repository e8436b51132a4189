"""The first stage of long-context retrieval: every document with text, for every query with text."""

from __future__ import annotations

import pytest

from harness.errors import CommandError, DatasetError
from harness.records import Document, Query
from harness.retrievers.in_context.everything import Everything

DOCUMENTS = [
    Document("b", "", "x"),
    Document("a", "t", ""),
    Document("blank", " ", ""),
    Document("c", "", "y"),
]


def test_every_document_is_found_in_one_order_for_all() -> None:
    index = Everything().index(DOCUMENTS)
    found = index.search([Query("q", "x"), Query("p", "z"), Query("empty", " ")], 10, tag="t").to_dict()
    assert {query: list(rows) for query, rows in found.items()} == {
        "p": ["a", "b", "c"],
        "q": ["a", "b", "c"],
    }
    assert list(index.search([Query("q", "x")], 2, tag="t").to_dict()["q"]) == ["a", "b"]
    assert index.facts == {"documents": 3, "empty_documents": 1, "index_bytes": 3}
    assert Everything().index(DOCUMENTS[::-1]).ids == index.ids


def test_a_collection_that_no_context_holds_is_refused() -> None:
    with pytest.raises(DatasetError, match="more than 3 documents"):
        Everything(most=3).index(DOCUMENTS)
    with pytest.raises(DatasetError, match="no document"):
        Everything().index([])
    with pytest.raises(DatasetError, match="'a'"):
        Everything().index([DOCUMENTS[1], DOCUMENTS[1]])
    index = Everything().index(DOCUMENTS)
    with pytest.raises(CommandError, match="depth"):
        index.search([], 0, tag="t")
    with pytest.raises(DatasetError, match="'q'"):
        index.search([Query("q", "x"), Query("q", "y")], 1, tag="t")
