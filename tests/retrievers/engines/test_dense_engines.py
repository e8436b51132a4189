"""Engines for vectors: exact ones against products, approximate ones against exact ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.columns import StringColumn
from harness.errors import CommandError
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.engines.binary import BinaryCodes, coded
from harness.retrievers.engines.dense import EXACT, DenseEngine, DenseSearch
from harness.retrievers.engines.faiss_engines import FaissFlat, Hnsw, IvfPq
from tests.conftest import needs_packages

N, D = 600, 70  # a last word of codes that is not full
ASKED = [Query(f"q{i}", "") for i in range(5)]


@pytest.fixture(scope="module")
def vectors() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(5)
    centres = random.normal(size=(12, D))
    documents = centres[random.integers(0, 12, N)] + 0.4 * random.normal(size=(N, D))
    documents = (documents / np.linalg.norm(documents, axis=1, keepdims=True)).astype(np.float32)
    return documents, documents[:5] + np.float32(0.01)


def search_of(documents: np.ndarray, engine: DenseEngine) -> DenseSearch:
    ids = StringColumn.from_strings(f"d{i:04}" for i in range(len(documents)))
    return DenseSearch.of(ids, documents, engine)


def top(run: Run) -> list[list[str]]:
    return [list(ids) for _, ids, _ in run.rankings()]


@pytest.mark.parametrize(
    ("engine", "least"),
    [
        (FaissFlat(), 1.0),
        (Hnsw(), 0.95),
        (IvfPq(lists=12, probes=6, pieces=35), 0.4),
        (BinaryCodes(), 0.3),
        (BinaryCodes(rescore=5), 0.9),
    ],
    ids=["faiss-flat", "hnsw", "ivf-pq", "binary", "binary-rescored"],
)
def test_it_finds_what_it_promises(
    engine: DenseEngine, least: float, vectors: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    needs_packages("engines", "faiss")
    documents, queries = vectors
    search = search_of(documents, engine)
    found = search.search(ASKED, queries, 20, tag="t")
    assert found.to_dict() == Run.from_dict(found.to_dict(), "t").to_dict()
    assert [len(each) for each in top(found)] == [20] * 5
    assert search.accuracy(ASKED, queries, 20)["accuracy_at_20"] >= least
    assert search.search(ASKED, queries, 20, tag="t").to_dict() == found.to_dict()
    search.save(tmp_path)
    again = DenseSearch.of(search.ids, documents, engine, tmp_path)
    assert again.search(ASKED, queries, 20, tag="t").to_dict() == found.to_dict()
    assert again.size == search.size


def test_codes_worked_by_hand() -> None:
    documents = np.array([[1, 1, -1], [1, -1, -1], [-1, -1, 0]], dtype=np.float32)
    queries = np.array([[2, 3, 0.5]], dtype=np.float32)
    # bits 110, 100, 000 against 111: 1, 2 and 3 differ, so 3 - 2, 3 - 4, 3 - 6
    search = search_of(documents, BinaryCodes())
    assert search.search(ASKED[:1], queries, 3, tag="t").to_dict() == {
        "q0": {"d0000": 1.0, "d0001": -1.0, "d0002": -3.0}
    }
    rescored = search_of(documents, BinaryCodes(rescore=2))
    found = rescored.search(ASKED[:1], queries, 1, tag="t").to_dict()
    assert found == {"q0": {"d0000": 4.5}}, "2 + 3 - 0.5"
    assert coded(documents).shape == (3, 1)
    assert search.size == 3 * 8 + 15 + 32, "a word for each, and the ids"


def test_the_exact_search_is_faiss_flat(vectors: tuple[np.ndarray, np.ndarray]) -> None:
    needs_packages("engines", "faiss")
    documents, queries = vectors
    ours = search_of(documents, EXACT).search(ASKED, queries, 50, tag="t")
    theirs = search_of(documents, FaissFlat()).search(ASKED, queries, 50, tag="t")
    assert top(ours) == top(theirs)
    assert ours.scores == pytest.approx(theirs.scores, abs=1e-6)


def test_pieces_have_to_fit(vectors: tuple[np.ndarray, np.ndarray]) -> None:
    needs_packages("engines", "faiss")
    with pytest.raises(CommandError, match="48 pieces"):
        search_of(vectors[0], IvfPq())


@pytest.mark.parametrize(
    "engine", [FaissFlat(), Hnsw(), IvfPq(pieces=35), BinaryCodes()], ids=lambda e: e.name
)
def test_one_document_is_enough(engine: DenseEngine, vectors: tuple[np.ndarray, np.ndarray]) -> None:
    needs_packages("engines", "faiss")
    found = search_of(vectors[0][:1], engine).search(ASKED, vectors[1], 10, tag="t")
    assert top(found) == [["d0000"]] * 5
