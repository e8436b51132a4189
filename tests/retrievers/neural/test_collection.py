"""Encoding in chunks with a cache: nothing is encoded twice, and nothing stale is used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from harness.errors import DatasetError
from harness.records import Document
from harness.retrievers.neural import collection as module
from harness.retrievers.neural.cache import Encodings, cached, chunk_path
from harness.retrievers.neural.collection import encode_collection, joined_starts, take_ragged
from tests.conftest import needs_neural

FIELDS = ("title", "text")


class Lengths:
    """An encoder whose vector is the text's length; it counts what it was given and can be made to fail."""

    identity = "0123456789abcdef" * 4

    def __init__(self, stop_after: int = 10**9) -> None:
        self.seen: list[str] = []
        self._stop_after = stop_after

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        if len(self.seen) + len(texts) > self._stop_after:
            raise KeyboardInterrupt
        self.seen += texts
        return {"vectors": np.array([[len(text)] for text in texts], dtype=np.float32)}


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    needs_neural()
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def documents(count: int) -> list[Document]:
    return [Document(f"d{number}", "", "x" * (number + 1)) for number in range(count)]


def vectors(found: module.Collection) -> dict[str, float]:
    rows = np.concatenate([part["vectors"] for part in found.parts])[found.places]
    return dict(zip(found.ids.tolist(), rows[:, 0].tolist(), strict=True))


def test_documents_are_numbered_by_id_and_blank_ones_left_out() -> None:
    given = [
        Document("b", "", "xx"),
        Document("a", "t", "xx"),
        Document("c", " ", "\n"),
        Document("B", "", "xx"),
    ]
    encoder = Lengths()
    found = encode_collection(given, FIELDS, encoder, None)
    assert found.ids.tolist() == ["B", "a", "b"]
    assert vectors(found) == {"B": 2, "a": 4, "b": 2}
    assert found.empty == 1
    assert encoder.seen == ["t xx", "xx"], "equal texts are encoded once"


def test_an_interrupted_encoding_goes_on_after_its_last_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 4)
    with pytest.raises(KeyboardInterrupt):
        encode_collection(documents(10), FIELDS, Lengths(stop_after=8), None)
    again, told = Lengths(), []
    found = encode_collection(documents(10), FIELDS, again, told.append)
    assert len(again.seen) == 2
    assert found.stored == 8
    assert told == [4, 8, 10]
    assert vectors(found) == {f"d{number}": number + 1 for number in range(10)}


def test_a_changed_text_is_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 2)
    encode_collection(documents(6), FIELDS, Lengths(), None)
    changed = documents(6)
    changed[3] = Document("d3", "", "changed")
    again = Lengths()
    assert vectors(encode_collection(changed, FIELDS, again, None))["d3"] == 7
    assert again.seen == ["changed", "xxx"]


def test_a_damaged_file_is_encoded_again() -> None:
    texts = ["one", "three"]

    def get() -> tuple[list[list[float]], bool]:
        made, known = cached("0" * 64, texts, lambda some: Lengths().encode(some, query=False))
        return made["vectors"].tolist(), known

    assert get() == ([[3], [5]], False)
    path = chunk_path("0" * 64, texts)
    whole = path.read_bytes()
    changed = whole.replace(np.float32(3).tobytes(), np.float32(4).tobytes())
    for damaged in (b"", whole[: len(whole) // 2], changed, b"nothing like it"):
        path.write_bytes(damaged)
        assert get() == ([[3], [5]], False)
    assert get() == ([[3], [5]], True)


def test_another_encoder_or_another_cut_between_texts_is_another_file() -> None:
    paths = {
        chunk_path("a" * 64, ["ab", "c"]),
        chunk_path("a" * 64, ["a", "bc"]),
        chunk_path("b" * 64, ["ab", "c"]),
    }
    assert len(paths) == 3


def test_a_cache_that_cannot_be_written_costs_no_result(cache_folder: Path) -> None:
    cache_folder.write_text("a file where the folder should be")
    assert vectors(encode_collection(documents(3), FIELDS, Lengths(), None)) == {"d0": 1, "d1": 2, "d2": 3}


def test_repeated_ids_are_refused_even_without_text() -> None:
    with pytest.raises(DatasetError, match="'d'"):
        encode_collection([Document("d", "", "x"), Document("d", "", "")], FIELDS, Lengths(), None)
    with pytest.raises(DatasetError, match="no document"):
        encode_collection([], FIELDS, Lengths(), None)


def test_ragged_rows_are_picked() -> None:
    # rows: [0 1] [] [2 3 4] | [5]; picked: the third, the fourth, the second, the first
    parts = [{"bounds": np.array([0, 2, 2, 5])}, {"bounds": np.array([0, 1])}]
    starts = joined_starts(parts)
    assert starts.tolist() == [0, 2, 2, 5, 6]
    bounds, positions = take_ragged(starts, np.array([2, 3, 1, 0]))
    assert bounds.tolist() == [0, 3, 4, 4, 6]
    assert positions.tolist() == [2, 3, 4, 5, 0, 1]
