"""Kept indexes: found by their key alone, whole or not at all, and searched like those that are built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.records import Document, Query
from harness.retrievers import index_store
from harness.retrievers.index_store import Built, folder_of
from harness.retrievers.latency import sample
from harness.retrievers.lexical.bm25 import BM25
from harness.retrievers.lexical.index import LexicalIndex
from harness.retrievers.searchable import Searchable
from harness.retrievers.work import Corpus

DOCUMENTS = [
    Document("d1", "", "red apples"),
    Document("d2", "", "green apples"),
    Document("d3", "", "plums"),
]
QUERIES = [Query("q1", "red apples"), Query("q2", "plums")]
KEY = "ab" + 62 * "0"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    monkeypatch.setattr(index_store, "WORTH_SECONDS", 0.0)
    return tmp_path


@dataclass
class Source:
    """Documents that count how often they are read."""

    reads: int = 0

    def documents(self) -> Iterator[Document]:
        self.reads += 1
        yield from DOCUMENTS


def searchable(source: Source, key: str = KEY, since: float = 0.0) -> Searchable:
    corpus = Corpus(documents=source.documents, key="documents")
    return Searchable(retriever=BM25(), corpus=corpus, progress=lambda _: None, key=key, since=since)


def test_the_second_search_reads_no_document() -> None:
    source = Source()
    first = searchable(source).search(QUERIES, 10, "t")
    again = searchable(source).search(QUERIES, 10, "t")
    assert source.reads == 1
    assert (
        again.run.to_dict()
        == first.run.to_dict()
        == {
            "q1": {
                "d1": pytest.approx(first.run.to_dict()["q1"]["d1"]),
                "d2": first.run.to_dict()["q1"]["d2"],
            },
            "q2": first.run.to_dict()["q2"],
        }
    )
    assert again.facts["index_seconds"] == first.facts["index_seconds"], "what building took, not reading"
    assert first.facts["index_load_seconds"] == 0 < again.facts["index_load_seconds"]
    assert again.facts["documents"] == 3


def test_another_key_or_an_older_time_builds_anew() -> None:
    source = Source()
    searchable(source).search(QUERIES, 10, "t")
    searchable(source, key="cd" + KEY[2:]).search(QUERIES, 10, "t")
    searchable(source, since=4e9).search(QUERIES, 10, "t")
    searchable(source, key="").search(QUERIES, 10, "t")
    assert source.reads == 4


@pytest.mark.parametrize("name", ["documents.npy", "ids_offsets.npy", "values.json", "built.json"])
@pytest.mark.parametrize("damage", ["absent", "cut"])
def test_a_damaged_index_is_built_anew(name: str, damage: str) -> None:
    source = Source()
    expected = searchable(source).search(QUERIES, 10, "t").run.to_dict()
    path = folder_of(KEY) / name
    path.unlink() if damage == "absent" else path.write_bytes(path.read_bytes()[:-3])
    assert searchable(source).search(QUERIES, 10, "t").run.to_dict() == expected
    assert source.reads == 2
    searchable(source).search(QUERIES, 10, "t")
    assert source.reads == 2, "the damaged one was replaced"


def test_an_interrupted_write_leaves_nothing_that_is_found(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: LexicalIndex, folder: Path) -> None:
        (folder / "documents.npy").write_bytes(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(LexicalIndex, "save", broken)
    source = Source()
    assert searchable(source).search(QUERIES, 10, "t").run.to_dict()
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_a_quick_index_is_not_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_store, "WORTH_SECONDS", 3600.0)
    assert not index_store.keep(KEY, Built(BM25().index(DOCUMENTS), 1.0))
    assert not (cache / "indexes").exists()


def test_latencies_are_of_single_queries_and_ascend() -> None:
    facts = searchable(Source()).search(QUERIES, 10, "t").facts
    assert facts["latency_queries"] == 2
    assert 0 < facts["latency_ms_p50"] <= facts["latency_ms_p95"] <= facts["latency_ms_p99"]
    assert searchable(Source()).search([], 10, "t").facts.get("latency_queries") is None


def test_the_sample_is_spread_evenly() -> None:
    many = [Query(str(i), "") for i in range(1000)]
    chosen = [int(query.id) for query in sample(many)]
    assert chosen == list(range(0, 1000, 10))
    assert sample(many[:3]) == many[:3]
