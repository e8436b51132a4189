"""Engines for weighted terms: what they find against the exact search, also after saving and loading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.columns import StringColumn
from harness.errors import SpecError
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.engines.bmp import Bmp
from harness.retrievers.engines.ranked import Clauses, accuracy, ranked
from harness.retrievers.engines.seismic import Seismic
from harness.retrievers.engines.sparse import EXACT, SparseEngine, SparseSearch, load_search
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.saved_arrays import load_arrays, save_arrays
from harness.retrievers.sparse.index import invert
from tests.conftest import needs_packages

N, TERMS = 400, 300


@pytest.fixture(scope="module")
def vectors() -> tuple[InvertedFile, dict[str, Clauses]]:
    """Documents of 20 terms and queries of 8, drawn with a fixed seed; the last query has no terms."""
    random = np.random.default_rng(11)
    rows = [np.sort(random.choice(TERMS - 1, 20, replace=False)) for _ in range(N)]
    weights = random.gamma(2.0, 0.5, N * 20).astype(np.float32) + np.float32(0.01)
    ids = StringColumn.from_strings(f"d{i:03}" for i in range(N))
    file = invert(ids, np.arange(N + 1) * 20, np.concatenate(rows).astype(np.int32), weights, TERMS)
    asked = {
        f"q{i}": (random.choice(TERMS, 8, replace=False), random.random(8).astype(np.float32) + 0.1)
        for i in range(20)
    }
    return file, {**asked, "nothing": (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))}


def searched(search: SparseSearch, asked: dict[str, Clauses], depth: int = 10) -> Run:
    queries = [Query(name, "") for name in asked]
    return search.search(queries, lambda query: asked[query.id], depth, tag="t")


@pytest.mark.parametrize("engine", [Seismic(query_cut=20, heap_factor=0.5), Bmp()], ids=lambda e: e.name)
def test_it_finds_nearly_what_the_exact_search_finds(
    engine: SparseEngine, vectors: tuple[InvertedFile, dict[str, Clauses]], tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    needs_packages("engines", "seismic", "bmp")
    file, asked = vectors
    search = SparseSearch.of(file, engine)
    queries = [Query(name, "") for name in asked]
    told = search.accuracy(queries, lambda query: asked[query.id], 10)
    assert set(told) == {"accuracy_at_10"}
    assert told["accuracy_at_10"] > 0.9
    found = searched(search, asked)
    assert "nothing" not in found.queries.tolist()
    assert found.to_dict() == Run.from_dict(found.to_dict(), "t").to_dict(), "canonical order"
    assert search.facts["index_bytes"] > 0
    save_arrays(tmp_path, file.arrays(), {})
    search.save(tmp_path)
    again = load_search(load_arrays(tmp_path), engine, tmp_path)
    assert searched(again, asked).to_dict() == found.to_dict()
    assert again.facts == search.facts
    assert "".join(capfd.readouterr()) == "", "the libraries print while they build"


def test_scores_of_seismic_are_dot_products(vectors: tuple[InvertedFile, dict[str, Clauses]]) -> None:
    needs_packages("engines", "seismic")
    file, asked = vectors
    exact = searched(SparseSearch.of(file, EXACT), asked).to_dict()
    found = searched(SparseSearch.of(file, Seismic(query_cut=20, heap_factor=0.5)), asked).to_dict()
    shared = [(q, d) for q in exact for d in exact[q] if d in found[q]]
    assert len(shared) > 150
    for query, document in shared:
        assert found[query][document] == pytest.approx(exact[query][document], rel=2e-3), "16 bits"


def test_fewer_terms_and_coarser_weights_lose_documents(
    vectors: tuple[InvertedFile, dict[str, Clauses]],
) -> None:
    needs_packages("engines", "seismic", "bmp")
    file, asked = vectors
    queries = [Query(name, "") for name in asked]

    def measured(engine: SparseEngine) -> float:
        return SparseSearch.of(file, engine).accuracy(queries, lambda q: asked[q.id], 10)["accuracy_at_10"]

    assert measured(Seismic(query_cut=2)) < measured(Seismic(query_cut=20, heap_factor=0.5))
    assert measured(Bmp(levels=3)) < measured(Bmp(levels=127))
    assert measured(Bmp(beta=0.3)) < measured(Bmp())


def test_the_exact_engine_has_no_accuracy_to_tell(
    vectors: tuple[InvertedFile, dict[str, Clauses]],
) -> None:
    file, asked = vectors
    queries = [Query(name, "") for name in asked]
    assert SparseSearch.of(file, EXACT).accuracy(queries, lambda query: asked[query.id], 10) == {}


def test_accuracy_worked_by_hand() -> None:
    exact = Run.from_dict({"a": {"1": 3.0, "2": 2.0, "3": 1.0}, "b": {"9": 1.0}}, "e")
    found = Run.from_dict({"a": {"3": 3.0, "1": 2.0, "7": 1.0}}, "f")
    # a: {1, 2} and {3, 1} share one of two; b: none of one
    assert accuracy(exact, found, 2) == {"accuracy_at_2": 0.25}
    # a: {1, 2, 3} and {3, 1, 7} share two of three
    assert accuracy(exact, found, 3) == {"accuracy_at_3": pytest.approx(1 / 3, abs=1e-6)}
    assert set(accuracy(exact, found, 200)) == {"accuracy_at_10", "accuracy_at_100", "accuracy_at_200"}


def test_answers_are_put_in_the_order_of_a_run() -> None:
    found = ranked([([4, 7, 1], [1.0, 2.0, 2.0]), ([], []), ([3], [0.5])], 2)
    assert found.documents.tolist() == [7, 1, 3], "of the tied, the greater number"
    assert found.counts.tolist() == [2, 0, 1]


def test_wrong_parameters_of_an_engine_are_refused() -> None:
    with pytest.raises(SpecError, match="heap_factor"):
        Seismic(heap_factor=2.0)
    with pytest.raises(SpecError, match="levels"):
        Bmp(levels=256)
