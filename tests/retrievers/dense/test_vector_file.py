"""Vectors on the disk: in the right order, in little memory, and none encoded twice after a kill."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.retrievers.dense import vector_file as module
from harness.retrievers.dense.vector_file import VectorFile
from harness.retrievers.saved_arrays import load_arrays, release, save_arrays
from tests.conftest import needs_packages
from tests.retrievers.killed_build import assert_memory_stays, built

BUILD = """
from harness.retrievers.dense.index import build
from harness.retrievers.dense.vector_file import VectorFile
from harness.retrievers.engines.dense import EXACT
from harness.retrievers.neural import collection

class Seeded:
    identity = "5eed" * 16
    def __init__(self):
        self.texts = 0
    def encode(self, texts, *, query):
        self.texts += len(texts)
        return {"vectors": np.stack([each.standard_normal(384, dtype=np.float32) for each in seeded(texts)])}

encoder, vectors = Seeded(), VectorFile()
encoder.encode(["warm 1"], query=True)
encoder.texts, before = 0, highest()
made = collection.encode_collection(
    documents(count), ("title", "text"), encoder, told, take=lambda part: vectors.append(part["vectors"])
)
index = build(made, vectors, encoder, EXACT)
index.save(folder)
after = highest()
run = index.search([Query("q", "query 7")], 3, tag="t").to_dict()
print(json.dumps({"memory": after - before, "encoded": encoder.texts, "stored": made.stored, "run": run}))
"""


def test_a_killed_build_goes_on_after_its_last_chunk(tmp_path: Path) -> None:
    needs_packages("neural", "threadpoolctl")
    killed, _ = built(BUILD, 2000, tmp_path / "killed", tmp_path / "cache", kill_at=1024)
    assert killed == -signal.SIGKILL
    assert not list((tmp_path / "cache" / "building").iterdir()), "nothing is left lying about"
    assert not list((tmp_path / "killed").iterdir())
    _, again = built(BUILD, 2000, tmp_path / "again", tmp_path / "cache")
    assert (again["stored"], again["encoded"]) == (1024, 2000 - 1024 + 1), "and one query"
    _, whole = built(BUILD, 2000, tmp_path / "whole", tmp_path / "empty")
    assert whole["run"] == again["run"]
    for name in ("vectors.npy", "ids_data.npy", "ids_offsets.npy"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_memory_does_not_grow_with_the_vectors(tmp_path: Path) -> None:
    needs_packages("neural", "threadpoolctl")
    assert_memory_stays(BUILD, 2_000, 40_000, tmp_path, 384 * 4)


def test_rows_are_taken_in_the_order_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 3)
    table = np.arange(40, dtype=np.float32).reshape(10, 4)
    file = VectorFile()
    for some in (table[:7], table[7:7], table[7:]):
        file.append(some)
    assert file.mapped().tolist() == table.tolist()
    places = np.array([9, 0, 0, 4, 8, 1, 7], dtype=np.int64)
    taken = file.taken(places)
    assert taken.tolist() == table[places].tolist()
    assert type(taken) is np.ndarray
    del file
    release(taken)
    assert taken.tolist() == table[places].tolist(), "they are read again"
    file = VectorFile()
    file.append(table)
    with pytest.raises(ValueError, match="3 dimensions after ones of 4"):
        file.append(table[:, :3])


def test_no_vectors_and_a_cache_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "file"))
    empty = VectorFile()
    assert empty.taken(np.empty(0, dtype=np.int64)).shape == (0, 0)
    empty.append(np.ones((2, 3), dtype=np.float32))
    assert empty.mapped().tolist() == [[1, 1, 1], [1, 1, 1]]


def test_tables_are_written_as_numpy_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.retrievers.saved_arrays.WRITTEN_AT_ONCE", 64)
    random = np.random.default_rng(1)
    arrays: dict[str, Any] = {
        "table": random.random((50, 7)),
        "line": random.random(9),
        "empty": np.empty((0, 4), dtype=np.float32),
        "turned": random.random((4, 6)).T,
        "cube": random.integers(0, 99, (5, 2, 3)),
    }
    save_arrays(tmp_path, arrays, {})
    for name, array in arrays.items():
        np.save(tmp_path / "numpy.npy", array)
        assert (tmp_path / f"{name}.npy").read_bytes() == (tmp_path / "numpy.npy").read_bytes()
        assert load_arrays(tmp_path).arrays[name].tolist() == array.tolist()
