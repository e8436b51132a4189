"""A retriever that cannot search every query says so of all of them, before it indexes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import DatasetError
from harness.records import Document, Query
from harness.retrievers.searchable import Searchable
from harness.retrievers.sparse.impacts import Impacts
from harness.retrievers.work import Corpus


def test_all_queries_are_looked_at_before_a_document_is_read(tmp_path: Path) -> None:
    place = tmp_path / "vectors.jsonl"
    place.write_text('{"id": "a", "vector": {"t": 1}}\n')

    def documents() -> Iterator[Document]:
        pytest.fail("a document was read")
        yield

    made = Impacts(documents=str(place), queries=str(place))
    corpus = Corpus(documents=documents, key="")
    searchable = Searchable(retriever=made, corpus=corpus, progress=lambda count: None)
    with pytest.raises(DatasetError, match=r"^35 queries have no vector"):
        searchable.search([Query("a", ""), *(Query(f"u{n}", "") for n in range(35))], 10, "t")
