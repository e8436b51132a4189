"""Token vectors on the disk: the right ones, in little memory, and none encoded twice after a kill."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from harness.retrievers.dense import vector_file
from harness.retrievers.late_interaction import exact
from harness.retrievers.late_interaction.exact import best_documents
from harness.retrievers.late_interaction.token_file import TokenFile
from tests.conftest import needs_packages
from tests.retrievers.killed_build import assert_goes_on, assert_memory_stays

BUILD = """
from harness.retrievers.late_interaction.engine import EXACT
from harness.retrievers.late_interaction.index import build
from harness.retrievers.late_interaction.token_file import TokenFile
from harness.retrievers.neural.collection import encode_collection

class Seeded:
    identity = "5eed" * 16
    def __init__(self):
        self.texts = 0
    def encode(self, texts, *, query):
        self.texts += 0 if query else len(texts)
        random = seeded(texts)
        rows = [each.standard_normal((each.integers(30, 50), 128), dtype=np.float32) for each in random]
        bounds = np.cumsum([0, *map(len, rows)])
        return {"bounds": bounds, "vectors": np.concatenate(rows).astype("float32" if query else "float16")}

def made(number, taken=None):
    encoder, tokens = Seeded(), TokenFile("float16")
    collection = encode_collection(documents(number), ("title", "text"), encoder, taken, take=tokens.append)
    return encoder, collection, build(collection, tokens, encoder, EXACT)

queries = [Query(f"q{i}", f"query {i}") for i in range(10)]
made(3)[2].search(queries, 3, tag="warm")  # compiled, and its imports done
before = highest()
encoder, collection, index = made(count, told)
index.save(folder)
run = index.search(queries, 3, tag="t").to_dict()
after = highest()
stored = collection.stored
print(json.dumps({"memory": after - before, "encoded": encoder.texts, "stored": stored, "run": run}))
"""


def test_a_killed_build_goes_on_after_its_last_chunk(tmp_path: Path) -> None:
    needs_packages("neural", "threadpoolctl")
    names = ["vectors.npy", "bounds.npy", "ids_data.npy", "ids_offsets.npy"]
    assert_goes_on(BUILD, 1200, 1024, tmp_path, names)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_memory_does_not_grow_with_the_vectors(tmp_path: Path) -> None:
    """Building, saving and searching: 40 tokens of 128 dimensions in 16 bits are 10 kB a document."""
    needs_packages("neural", "threadpoolctl")
    assert_memory_stays(BUILD, 1_000, 9_000, tmp_path, 40 * 128 * 2)


def test_texts_are_taken_in_the_order_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_file, "ROWS_AT_ONCE", 3)
    table = np.arange(36, dtype=np.float16).reshape(9, 4)
    file = TokenFile("float16")
    file.append({"bounds": np.array([0, 2, 2, 3]), "vectors": table[:3]})  # texts of 2, 0, 1 tokens
    file.append({"bounds": np.array([0, 5, 6]), "vectors": table[3:]})  # of 5 and 1
    assert file.lengths.tolist() == [2, 0, 1, 5, 1]
    bounds, vectors = file.taken(np.array([3, 1, 0, 4, 0]))
    assert bounds.tolist() == [0, 5, 5, 7, 8, 10]
    assert vectors.dtype == np.float16
    assert vectors.tolist() == table[[3, 4, 5, 6, 7, 0, 1, 8, 0, 1]].tolist()
    nothing = TokenFile("float32").taken(np.empty(0, dtype=np.int64))
    assert nothing[0].tolist() == [0] and nothing[1].shape == (0, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [("BLOCKS_A_READING", 16), ("BLOCKS_A_READING", 1), ("KEYS_A_READING", 1), ("RELEASED_FROM", 1)],
)
def test_how_often_documents_are_read_changes_nothing(
    name: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Queries of 0 to 4 tokens in blocks of at most 5, against documents from a file."""
    needs_packages("neural", "threadpoolctl")
    random = np.random.default_rng(3)
    query_bounds = np.cumsum([0, *random.integers(0, 5, 20)])
    queries = random.standard_normal((query_bounds[-1], 8)).astype(np.float32)
    bounds = np.cumsum([0, *random.integers(1, 9, 30)])
    file = TokenFile("float16")
    file.append({"bounds": bounds, "vectors": random.standard_normal((bounds[-1], 8))})
    mapped = file.taken(np.arange(30))[1]
    documents = [mapped[a:b].astype(np.float32) for a, b in pairwise(bounds)]
    scores = [
        [float((document @ queries[c:d].T).max(axis=0).sum()) for document in documents]
        for c, d in pairwise(query_bounds)
    ]
    monkeypatch.setattr(exact, "QUERY_TOKENS_AT_ONCE", 5)
    monkeypatch.setattr(exact, "DOCUMENT_TOKENS_AT_ONCE", 16)
    monkeypatch.setattr(exact, name, value)
    found = list(best_documents(query_bounds, queries, bounds, mapped, 4))
    counts = np.concatenate([part.counts for part in found])
    assert counts.tolist() == [4 if n else 0 for n in np.diff(query_bounds)]
    expected = [np.argsort(row)[::-1][:4].tolist() for row, n in zip(scores, counts, strict=True) if n]
    assert np.concatenate([part.documents for part in found]).reshape(-1, 4).tolist() == expected
