"""Weighted terms on the disk: the right ones, in little memory, and none encoded twice after a kill."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from harness.columns import StringColumn
from harness.retrievers.lexical import transposition
from harness.retrievers.sparse.index import invert
from harness.retrievers.sparse.weight_file import WeightFile
from tests.conftest import needs_packages
from tests.retrievers.killed_build import assert_goes_on, assert_memory_stays

BUILD = """
from harness.retrievers import saved_arrays
from harness.retrievers.engines.sparse import EXACT
from harness.retrievers.lexical import transposition
from harness.retrievers.sparse.index import build

transposition.ELEMENTS_AT_ONCE, saved_arrays.WRITTEN_AT_ONCE = 2**17, 2**20

class Seeded:  # 150 to 250 terms of 500
    identity = "5eed" * 16
    def __init__(self):
        self.texts = 0
    def encode(self, texts, *, query):
        self.texts += 0 if query else len(texts)
        drawn = [np.sort(each.choice(500, each.integers(150, 250), replace=False)) for each in seeded(texts)]
        bounds = np.cumsum([0, *map(len, drawn)], dtype=np.int64)
        terms = np.concatenate(drawn).astype(np.int32)
        return {"bounds": bounds, "terms": terms, "weights": 1 + terms.astype(np.float32) / 100}

def made(number, taken=None):
    encoder = Seeded()
    return encoder, build(
        documents(number), ("title", "text"), encoder, taken, n_terms=500, document_terms=200,
        query_terms=None, scale=100.0, engine=EXACT,
    )

queries = [Query(f"q{i}", f"query {i}") for i in range(10)]
made(3)[1].search(queries, 3, tag="warm")  # compiled, and its imports done
before = highest()
encoder, index = made(count, told)
index.save(folder)
after = highest()
run = index.search(queries, 3, tag="t").to_dict()
stored = index.facts["documents_from_cache"]
print(json.dumps({"memory": after - before, "encoded": encoder.texts, "stored": stored, "run": run}))
"""


def test_a_killed_build_goes_on_after_its_last_chunk(tmp_path: Path) -> None:
    needs_packages("neural", "threadpoolctl")
    names = ("starts", "documents", "values", "ids_data", "ids_offsets")
    assert_goes_on(BUILD, 700, 512, tmp_path, [f"{name}.npy" for name in names])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_memory_does_not_grow_with_the_weights(tmp_path: Path) -> None:
    """Building and saving: 200 terms of 8 bytes are 1.6 kB a document; blocks are made small for this."""
    needs_packages("neural", "threadpoolctl")
    assert_memory_stays(BUILD, 2_000, 20_000, tmp_path, 200 * 8)


@pytest.mark.parametrize("at_once", [1, 7, 10_000])
def test_an_inverted_file_is_the_same_on_the_disk(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the definition: the documents of a term, ascending, each with its weight."""
    monkeypatch.setattr(transposition, "ELEMENTS_AT_ONCE", at_once)
    random = np.random.default_rng(6)
    file, rows = WeightFile(), []
    for texts in (3, 5):
        some = [np.sort(random.choice(12, random.integers(0, 6), replace=False)) for _ in range(texts)]
        weights = [random.random(len(row)).astype(np.float32) for row in some]
        rows += list(zip(some, weights, strict=True))
        bounds = np.cumsum([0, *map(len, some)])
        file.append(bounds, np.concatenate(some).astype(np.int32), np.concatenate(weights))
    places = np.array([6, 2, 0, 7, 0])
    ids = StringColumn.from_strings("abcde")
    found = file.inverted(ids, places, 12)
    for term in range(12):
        span = slice(found.starts[term], found.starts[term + 1])
        pairs = zip(found.documents[span].tolist(), found.values[span].tolist(), strict=True)
        expected = [
            (document, float(weights[terms == term][0]))
            for document, (terms, weights) in enumerate(rows[place] for place in places)
            if term in terms
        ]
        assert list(pairs) == expected
    chosen = [rows[place] for place in places]
    bounds = np.cumsum([0, *(len(terms) for terms, _ in chosen)])
    every, values = np.concatenate([row[0] for row in chosen]), np.concatenate([row[1] for row in chosen])
    in_memory = invert(ids, bounds, every.astype(np.int32), values, 12)
    for name in ("starts", "documents", "values"):
        one, other = getattr(found, name), getattr(in_memory, name)
        assert one.dtype == other.dtype and one.tolist() == other.tolist()


@pytest.mark.parametrize("at_once", [1, 5, 10_000])
def test_weights_are_changed_a_block_at_a_time(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Terms are doubled, weights lose 1; what has none left goes, and texts without terms stay."""
    monkeypatch.setattr(transposition, "ELEMENTS_AT_ONCE", at_once)
    file = WeightFile()
    file.append(np.array([0, 2, 2]), np.array([1, 3]), np.array([1, 2], dtype=np.float32))
    file.append(np.array([0, 3, 4]), np.array([0, 1, 2, 3]), np.array([5, 1, 3, 1], dtype=np.float32))
    made = file.changed(lambda terms, weights: (2 * terms, weights - 1))
    found = made.inverted(StringColumn.from_strings("abcd"), np.arange(4), 7)
    pairs = {
        term: list(zip(found.documents[a:b].tolist(), found.values[a:b].tolist(), strict=True))
        for term, (a, b) in enumerate(pairwise(found.starts.tolist()))
        if b > a
    }
    assert pairs == {0: [(2, 4.0)], 4: [(2, 2.0)], 6: [(0, 1.0)]}
