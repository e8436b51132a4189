"""CIFF files, written by a small encoder here from the format's own description."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import DatasetError, UnavailableError
from harness.records import Document, Query
from harness.retrievers.sparse.ciff import read_ciff
from harness.retrievers.sparse.impacts import Impacts

LISTS = {"alpha": {0: 7, 2: 3}, "beta": {1: 300, 2: 1}, "œuvre": {2: 70_000}}
NAMES = ["D-one", "D-two", "D/3"]


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value) if value else b""  # as protocol buffers do: 0 is not written


def blob(field: int, value: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(value)) + value


def framed(message: bytes) -> bytes:
    return varint(len(message)) + message


def ciff(lists: Mapping[str, Mapping[int, int]], names: list[str]) -> bytes:
    """A whole file; numbers of documents in postings are gaps."""
    header = number(1, 1) + number(2, len(lists)) + number(3, len(names))
    out = framed(header + varint(7 << 3 | 1) + bytes(8) + blob(8, b"a test"))
    for term, postings in lists.items():
        message = blob(1, term.encode()) + number(2, len(postings)) + number(3, sum(postings.values()))
        before = 0
        for document, weight in sorted(postings.items()):
            message += blob(4, number(1, document - before) + number(2, weight))
            before = document
        out += framed(message)
    for document, name in enumerate(names):
        out += framed(number(1, document) + blob(2, name.encode()) + number(3, 5))
    return out


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    for name, content in (("x.ciff", ciff(LISTS, NAMES)), ("x.ciff.gz", gzip.compress(ciff(LISTS, NAMES)))):
        (tmp_path / name).write_bytes(content)
        file = read_ciff(str(tmp_path / name))
        found = {
            each.term: dict(zip(each.documents.tolist(), each.weights.tolist(), strict=True))
            for each in file.lists
        }
        assert found == LISTS
        assert file.names == dict(enumerate(NAMES))


def test_it_is_searched_like_the_same_vectors_in_json(tmp_path: Path) -> None:
    (tmp_path / "x.ciff").write_bytes(ciff(LISTS, NAMES))
    (tmp_path / "q.jsonl").write_text('{"id": "q", "vector": {"alpha": 2, "œuvre": 1, "gamma": 5}}\n')
    vectors = [
        {"id": name, "vector": {term: postings[i] for term, postings in LISTS.items() if i in postings}}
        for i, name in enumerate(NAMES)
    ]
    (tmp_path / "d.jsonl").write_text("".join(json.dumps(vector) + "\n" for vector in vectors))
    documents = [Document(name, "", "") for name in (*NAMES[::-1], "without")]
    runs = []
    for place in ("x.ciff", "d.jsonl"):
        index = Impacts(documents=str(tmp_path / place), queries=str(tmp_path / "q.jsonl")).index(documents)
        runs.append(index.search([Query("q", "")], 10, tag="t").to_dict())
        assert index.facts["documents"] == 3
        assert index.facts["empty_documents"] == 1
    assert runs[0] == runs[1] == {"q": {"D/3": 70_006.0, "D-one": 14.0}}


def test_vectors_can_be_quantised(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text('{"id": "a", "vector": {"x": 0.126, "y": 0.004}}\n')
    (tmp_path / "q.jsonl").write_text('{"id": "q", "vector": {"x": 1.0, "y": 1.0}}\n')
    retriever = Impacts(
        documents=str(tmp_path / "d.jsonl"), queries=str(tmp_path / "q.jsonl"), quantisation=100.0
    )
    index = retriever.index([Document("a", "", "")])
    assert index.search([Query("q", "")], 5, tag="t").to_dict() == {"q": {"a": 1300.0}}, "13 times 100"
    assert index.facts["postings"] == 1


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_refused_with_a_message(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = bytearray(ciff(LISTS, NAMES))
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        whole = whole[:at]
    else:
        whole[at] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("ciff") / "x.ciff"
    path.write_bytes(whole)
    try:
        file = read_ciff(str(path))
    except DatasetError as error:
        assert "x.ciff" in str(error)
    else:
        assert len(file.names) <= 3 or whole != ciff(LISTS, NAMES)


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no file"):
        read_ciff(str(tmp_path / "absent.ciff"))
    path = tmp_path / "x.ciff"
    path.write_bytes(ciff(LISTS, NAMES)[:-4])
    with pytest.raises(DatasetError, match="document record 3 of 3"):
        read_ciff(str(path))
    path.write_bytes(ciff({"a": {0: 1}}, ["same"]) + b"\0")
    with pytest.raises(DatasetError, match="more after"):
        read_ciff(str(path))
    path.write_bytes(ciff({"a": {5: 1}}, ["same"]))
    (tmp_path / "q.jsonl").write_text('{"id": "q", "vector": {"a": 1}}\n')
    with pytest.raises(DatasetError, match="without a record"):
        Impacts(documents=str(path), queries=str(tmp_path / "q.jsonl")).index([Document("same", "", "")])
