"""Sparse token vectors on the disk: the right ones, in little memory, and none encoded twice after a kill."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.retrievers.dense import vector_file
from harness.retrievers.slim import token_file
from harness.retrievers.slim.token_file import SparseTokenFile
from harness.retrievers.slim.token_table import TokenTable
from tests.conftest import needs_packages
from tests.retrievers.killed_build import assert_goes_on, assert_memory_stays

BUILD = """
from harness.retrievers.neural.collection import encode_collection
from harness.retrievers.slim.index import SlimIndex, first_stage
from harness.retrievers.slim.token_file import SparseTokenFile

class Seeded:  # 30 to 50 tokens of 20 entries from 0.01 to 1.01, so that few are in the first stage
    identity = "5eed" * 16
    def __init__(self):
        self.texts = 0
    def encode(self, texts, *, query):
        self.texts += 0 if query else len(texts)
        tokens, terms, weights = [], [], []
        for random in seeded(texts):
            tokens.append(random.integers(30, 50))
            drawn = [random.choice(200, 20, replace=False) for _ in range(tokens[-1])]
            terms.append(np.sort(drawn, axis=1).ravel().astype(np.int32))
            weights.append(random.random(20 * tokens[-1], dtype=np.float32) + np.float32(0.01))
        bounds = np.cumsum([0, *tokens], dtype=np.int64)
        token_bounds = 20 * np.arange(bounds[-1] + 1, dtype=np.int64)
        names = ("bounds", "token_bounds", "terms", "weights")
        return dict(zip(names, (bounds, token_bounds, np.concatenate(terms), np.concatenate(weights))))

def made(number, taken=None):
    encoder, file = Seeded(), SparseTokenFile()
    collection = encode_collection(documents(number), ("title", "text"), encoder, taken, take=file.append)
    tokens = file.taken(collection.places)
    return encoder, collection, SlimIndex(
        inverted=first_stage(collection, tokens, 0.99, 200), tokens=tokens, encoder=encoder, fusion=0.99,
        min_idf=None, candidates=10, told=collection.facts,
    )

queries = [Query(f"q{i}", f"query {i}") for i in range(5)]
made(3)[2].search(queries, 3, tag="warm")  # compiled, and its imports done
before = highest()
encoder, collection, index = made(count, told)
index.save(folder)
run = index.search(queries, 3, tag="t").to_dict()
after = highest()
stored = collection.stored
print(json.dumps({"memory": after - before, "encoded": encoder.texts, "stored": stored, "run": run}))
"""
ARRAYS = (
    "token_bounds", "token_token_bounds", "token_terms", "token_weights", "starts", "documents", "values",
    "ids_data", "ids_offsets",
)  # fmt: skip


def test_a_killed_build_goes_on_after_its_last_chunk(tmp_path: Path) -> None:
    needs_packages("neural", "threadpoolctl")
    assert_goes_on(BUILD, 700, 512, tmp_path, [f"{name}.npy" for name in ARRAYS])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_memory_does_not_grow_with_the_entries(tmp_path: Path) -> None:
    """Building, saving and searching: 40 tokens of 20 entries of 8 bytes are 6.4 kB a document."""
    needs_packages("neural", "threadpoolctl")
    assert_memory_stays(BUILD, 1_000, 7_000, tmp_path, 40 * 20 * 8)


def test_texts_are_taken_in_the_order_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same table as from memory, whatever the size of the blocks."""
    monkeypatch.setattr(vector_file, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(token_file, "TOKENS_AT_ONCE", 2)
    random = np.random.default_rng(5)
    file, parts = SparseTokenFile(), []
    for texts in (4, 1, 6):
        bounds = np.cumsum([0, *random.integers(0, 4, texts)])
        token_bounds = np.cumsum([0, *random.integers(0, 5, bounds[-1])])
        terms = random.integers(0, 99, token_bounds[-1]).astype(np.int32)
        part = {"bounds": bounds, "token_bounds": token_bounds, "terms": terms}
        parts.append(part | {"weights": random.random(len(terms)).astype(np.float32)})
        file.append(parts[-1])
    places = np.array([7, 0, 3, 3, 10, 1])
    found, expected = file.taken(places).arrays(), TokenTable.of(parts, places).arrays()
    for name, array in expected.items():
        assert found[name].dtype == array.dtype and found[name].tolist() == array.tolist(), name
    nothing = SparseTokenFile().taken(np.empty(0, dtype=np.int64))
    assert [len(array) for array in nothing.arrays().values()] == [1, 1, 0, 0]
