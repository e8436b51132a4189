"""Folders in BEIR layout: strict lines, plain or packed, found by name or by path."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from harness.datasets.catalogue import load_catalogue
from harness.datasets.dataset import load_dataset
from harness.datasets.jsonl import read_documents, read_queries
from harness.datasets.spec import FOLDER_MEASURES, DatasetSpec
from harness.errors import CommandError, DatasetError, UnavailableError, UnknownNameError
from harness.records import Document, Query


def lines(tmp_path: Path, *records: Any) -> Path:
    path = tmp_path / "corpus.jsonl"
    raw = [item if isinstance(item, bytes) else json.dumps(item).encode() for item in records]
    path.write_bytes(b"\n".join(raw) + b"\n")
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_is_a_data_set(make_folder: Any, packed: bool) -> None:
    data = load_dataset(str(make_folder(packed=packed)))
    assert data.name == "tiny"
    assert data.spec.measures == FOLDER_MEASURES
    assert [document.id for document in data.documents()] == ["d1", "d2", "d3", "d10"]
    assert len(list(data.documents())) == 4, "a second pass starts anew"
    assert next(data.documents()) == Document("d1", "Tides", "The moon pulls the sea.")
    assert list(data.documents())[2] == Document("d3", "", "A page without a title.")
    assert data.queries == (Query("q1", "why are there tides"), Query("q2", "knot that does not slip"))
    assert [query.id for query in data.all_queries] == ["q1", "q2", "q3"]
    assert data.qrels.to_dict() == {"q1": {"d1": 2, "d2": 0}, "q2": {"d2": 1}}


def test_unicode_separators_do_not_end_a_line(tmp_path: Path) -> None:
    text = "one\u2028two\u0085three\x0bfour"
    raw = json.dumps({"_id": "d1", "text": text}, ensure_ascii=False).replace("\\u000b", "\x0b")
    path = lines(tmp_path, {"_id": "d0", "text": "x"}, raw.replace("\x0b", "\\u000b").encode())
    assert [document.text for document in read_documents(path)] == ["x", text]


@pytest.mark.parametrize(
    ("record", "word"),
    [
        ({"_id": 7, "text": "x"}, 'in quotes: "7"'),
        ({"_id": True, "text": "x"}, "bool"),
        ({"_id": "", "text": "x"}, "empty"),
        ({"_id": "a b", "text": "x"}, "white space"),
        ({"_id": "a\tb", "text": "x"}, "white space"),
        ({"id": "a", "text": "x"}, "'_id' is absent"),
        ({"_id": "a"}, "'text' is absent"),
        ({"_id": "a", "text": None}, "'text' must be a string"),
        ({"_id": "a", "text": "x", "title": 3}, "'title' must be a string"),
        (["a", "x"], "JSON object"),
        (b'{"_id": "a", "text": "x"', "not JSON"),
        (b'{"_id": "a", "text": "\xff"}', "0xff"),
        (b'\xef\xbb\xbf{"_id": "a", "text": "x"}', "byte order mark"),
        (b'{"_id": "a", "text": "\\ud800"}', "surrogate"),
    ],
)
def test_a_wrong_line_is_told_by_number(tmp_path: Path, record: Any, word: str) -> None:
    good = {"_id": "d0", "text": "x", "title": None, "metadata": {"any": "thing"}}
    path = lines(tmp_path, good, b"", record)
    with pytest.raises(DatasetError) as caught:
        list(read_documents(path))
    (problem,) = caught.value.problems
    assert problem.where == f"{path}:3"
    assert word in problem.message


def test_all_wrong_lines_are_told_up_to_fifty(tmp_path: Path) -> None:
    path = lines(tmp_path, {"_id": "a", "text": "x"}, *[{"_id": n, "text": "x"} for n in range(60)])
    seen = []
    with pytest.raises(DatasetError, match="more than 50") as caught:
        seen.extend(read_documents(path))
    assert len(caught.value.problems) == 50
    path = lines(tmp_path, {"_id": 1, "text": "x"}, {"_id": "a", "text": "x"}, {"_id": "b"})
    with pytest.raises(DatasetError) as caught:
        list(read_queries(path))
    assert [problem.where for problem in caught.value.problems] == [f"{path}:1", f"{path}:3"]


def test_a_packed_corpus_cut_short_is_an_error(make_folder: Any) -> None:
    folder = make_folder(documents=[{"_id": f"d{n}", "text": f"{n * n}"} for n in range(5000)], packed=True)
    path = folder / "corpus.jsonl.gz"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DatasetError, match="cannot be read to its end"):
        list(load_dataset(str(folder)).documents())


@pytest.mark.parametrize("file", ["queries.jsonl", "qrels/test.tsv"])
def test_an_incomplete_folder_says_which_file_is_missing(make_folder: Any, file: str) -> None:
    folder = make_folder()
    (folder / file).unlink()
    with pytest.raises(DatasetError, match=file):
        load_dataset(str(folder))


def test_judgments_of_other_queries_are_refused(make_folder: Any) -> None:
    folder = make_folder(qrels=[("1", "d1", 1)])
    with pytest.raises(DatasetError, match="none of the 3 queries is judged"):
        load_dataset(str(folder))


def folder_entry(**changes: Any) -> DatasetSpec:
    base = load_catalogue()["adi"]
    source = base.source.model_copy(update={"path": changes.pop("path", "adi")})  # type: ignore[union-attr]
    return base.model_copy(update={"source": source, **changes})


def test_a_relative_path_starts_at_harness_data(
    make_folder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_folder("deep/tiny")
    monkeypatch.setenv("HARNESS_DATA", str(tmp_path))
    monkeypatch.setenv("SEA", "deep")
    for path in ("deep/tiny", "$SEA/tiny", str(tmp_path / "deep" / "tiny")):
        assert len(load_dataset("sea", {"sea": folder_entry(path=path)}).queries) == 2


def test_a_copy_under_the_name_comes_before_any_source(data_home: Path, make_folder: Any) -> None:
    make_folder("home/scifact")
    data = load_dataset("scifact")
    assert len(data.queries) == 2
    assert data.spec.source is not None and data.spec.source.kind == "beir"


def test_a_folder_that_is_not_there_says_what_to_do(data_home: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        load_dataset("litsearch")
    text = str(caught.value)
    assert "https://huggingface.co/datasets/princeton-nlp/LitSearch" in text
    assert str(data_home / "litsearch") in text
    assert "harness datasets audit litsearch" in text


def test_a_name_that_is_neither_gets_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="'scifact'"):
        load_dataset("scifcat")


def test_a_mean_over_parts_has_no_data_of_its_own() -> None:
    with pytest.raises(CommandError, match="cqadupstack-android"):
        load_dataset("cqadupstack")


def test_another_split_is_read_where_the_entry_says_so(
    make_folder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_folder("patents", split="out", qrels=[("q3", "d3", 1)])
    make_folder("patents", split="in")
    monkeypatch.setenv("HARNESS_DATA", str(tmp_path))
    entries = {part: folder_entry(path="patents", split=part) for part in ("in", "out")}
    assert [query.id for query in load_dataset("in", entries).queries] == ["q1", "q2"]
    assert [query.id for query in load_dataset("out", entries).queries] == ["q3"]


def test_the_demo_is_the_embedded_one_whatever_lies_around(data_home: Path, make_folder: Any) -> None:
    make_folder("home/demo")
    assert len(load_dataset("demo").queries) > 2


def test_gzip_is_told_by_content_not_by_name(make_folder: Any) -> None:
    folder = make_folder()
    path = folder / "corpus.jsonl"
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert len(list(load_dataset(str(folder)).documents())) == 4


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_file_in_two_forms_is_refused_since_one_may_be_older(make_folder: Any, name: str) -> None:
    folder = make_folder()
    (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
    with pytest.raises(DatasetError, match=r"stands beside .*\.gz; keep one of them"):
        list(load_dataset(str(folder)).documents())
