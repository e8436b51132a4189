"""Pre-encoded vectors: read from every form of file, scored by hand, refused where they are wrong."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from harness.errors import DatasetError, SpecError, UnavailableError
from harness.records import Document, Query
from harness.retrievers.sparse.impacts import Impacts

DOCUMENTS = [Document(name, "", "its text is not read") for name in ("y", "x", "z", "7")]
VECTORS: dict[str, dict[str, float]] = {
    "x": {"a": 2, "b": 1},
    "y": {"b": 3, "c": 0},
    "z": {},
    "7": {"d": 0.5},
    "elsewhere": {"a": 9},
}
QUERIES: dict[str, dict[str, float]] = {"q": {"a": 1, "b": 2, "never": 5}, "r": {"d": 3}, "s": {"never": 1}}


def lines(vectors: dict[str, dict[str, float]]) -> str:
    return "".join(json.dumps({"id": key, "contents": "", "vector": v}) + "\n" for key, v in vectors.items())


@pytest.fixture
def places(tmp_path: Path) -> tuple[str, str]:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "part-1.jsonl").write_text(lines({key: VECTORS[key] for key in ("x", "elsewhere", "y")}) + "\n")
    (folder / "part-2.jsonl.gz").write_bytes(
        gzip.compress((lines({"z": {}}) + '{"id": 7, "vector": {"d": 0.5}}').encode())
    )
    (folder / ".crc").write_text("not read")
    (tmp_path / "queries.jsonl").write_text(lines(QUERIES))
    return str(folder), str(tmp_path / "queries.jsonl")


def test_dot_products_and_facts_worked_by_hand(places: tuple[str, str]) -> None:
    told: list[int] = []
    index = Impacts(documents=places[0], queries=places[1]).index(iter(DOCUMENTS), progress=told.append)
    run = index.search([Query(name, "") for name in QUERIES], 10, tag="t")
    assert run.to_dict() == {"q": {"y": 6, "x": 4}, "r": {"7": 1.5}}
    assert index.search([Query("q", "")], 1, tag="t").to_dict() == {"q": {"y": 6}}
    facts = index.facts
    assert (facts["documents"], facts["empty_documents"], facts["unused_vectors"]) == (4, 0, 1)
    assert (facts["postings"], facts["terms"], facts["terms_per_query"]) == (4, 3, 2)
    assert facts["flops"] == pytest.approx(1 / 4 + 2 / 4)
    assert told[-1] == 4


@pytest.mark.parametrize("name", ["topics.tsv", "topics.tsv.gz"])
def test_queries_of_repeated_terms_as_anserini_keeps_them(
    name: str, places: tuple[str, str], tmp_path: Path
) -> None:
    """The same weights as of QUERIES, a once and b twice, with a line without a term."""
    text = b"q\tb never a b\nr\td d  d\ns\tnever\nnone\t\n\n"
    (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    index = Impacts(documents=places[0], queries=str(tmp_path / name)).index(DOCUMENTS)
    asked = [Query(each, "") for each in (*QUERIES, "none")]
    assert index.search(asked, 10, tag="t").to_dict() == {"q": {"y": 6, "x": 4}, "r": {"7": 1.5}}
    (tmp_path / "bad.tsv").write_bytes(b"q\ta b\nno tab\n \tb\nx\t\xff\nq\tc\n")
    with pytest.raises(DatasetError) as caught:
        Impacts(documents=places[0], queries=str(tmp_path / "bad.tsv")).index(DOCUMENTS)
    told = [(each.where.rpartition(":")[2], each.message) for each in caught.value.problems]
    assert [number for number, _ in told] == ["2", "3", "4", "5"]
    assert "an id, a tab, and terms" in told[0][1] and "not UTF-8" in told[2][1]
    assert "used before" in told[3][1]


def test_queries_without_a_vector_are_an_error(places: tuple[str, str]) -> None:
    index = Impacts(documents=places[0], queries=places[1]).index(DOCUMENTS)
    with pytest.raises(DatasetError, match="query unknown: it has no vector"):
        index.search([Query("q", ""), Query("unknown", "")], 10, tag="t")


def test_all_queries_without_a_vector_are_counted(places: tuple[str, str]) -> None:
    """Also before anything is indexed; the first ones are named."""
    made = Impacts(documents=places[0], queries=places[1])
    asked = [Query("q", ""), *(Query(f"u{n:02}", "") for n in range(35))]
    for check in (made.check_queries, lambda each: made.index(DOCUMENTS).search(each, 10, tag="t")):
        with pytest.raises(DatasetError, match=r"^35 queries have no vector") as caught:
            check(asked)
        assert [each.where for each in caught.value.problems] == [f"query u{n:02}" for n in range(20)]
        with pytest.raises(DatasetError, match=r"^1 query has no vector"):
            check(asked[:2])
    made.check_queries(asked[:1])


def test_a_byte_order_mark_is_no_part_of_an_id(places: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "topics.tsv").write_text("q\ta b b\n", encoding="utf-8-sig")
    (tmp_path / "topics.jsonl").write_text(lines({"q": QUERIES["q"]}), encoding="utf-8-sig")
    for name in ("topics.tsv", "topics.jsonl"):
        index = Impacts(documents=places[0], queries=str(tmp_path / name)).index(DOCUMENTS)
        assert index.search([Query("q", "")], 10, tag="t").to_dict() == {"q": {"y": 6, "x": 4}}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"id": "a", "vector": {"t": ' + "[" * 100_000, "nested too deeply"),
        ('{"id": "a", "vector": {"t": 1' + "0" * 399 + "}}", "found 10000"),
        ('{"id": "a", "vector": {"\\ud800": 1}}', "half of a surrogate pair"),
        ('{"id": "a"}', "vector"),
        ('{"id": true, "vector": {}}', "found True"),
        ('{"id": "a", "vector": {"t": -1}}', "found -1"),
        ('{"id": "a", "vector": {"t": NaN}}', "found nan"),
        ('{"id": "a", "vector": {"t": "1"}}', "found '1'"),
        ('{"id": "x", "vector": {"t": 1}}', "'x' was used before"),
    ],
)
def test_a_line_that_is_wrong_is_named(line: str, told: str, places: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(lines({"x": {"a": 1}}) + line + "\n")
    with pytest.raises(DatasetError, match=told) as caught:
        Impacts(documents=str(path), queries=places[1]).index(DOCUMENTS)
    assert caught.value.problems[0].where == f"{path}:2"


def test_files_of_another_collection_or_of_nowhere(places: tuple[str, str], tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="No document of the collection has a vector"):
        Impacts(documents=places[0], queries=places[1]).index([Document("other", "", "")])
    with pytest.raises(UnavailableError, match="nowhere"):
        Impacts(documents=str(tmp_path / "nowhere"), queries=places[1]).index(DOCUMENTS)
    for name in ("~nouser/v.jsonl", "x" * 5000):
        with pytest.raises(UnavailableError, match="no vectors at"):
            Impacts(documents=name, queries=places[1]).provenance()
    packed = gzip.compress(lines(VECTORS).encode())
    for broken in (packed[:-9], packed[:15] + b"damaged" + packed[22:]):
        (tmp_path / "broken.jsonl.gz").write_bytes(broken)
        with pytest.raises(DatasetError, match=r"broken\.jsonl\.gz"):
            Impacts(documents=str(tmp_path / "broken.jsonl.gz"), queries=places[1]).index(DOCUMENTS)
    with pytest.raises(DatasetError, match="x"):
        Impacts(documents=places[0], queries=places[1]).index([*DOCUMENTS, DOCUMENTS[1]])
    with pytest.raises(SpecError):
        Impacts(documents="", queries=places[1])
