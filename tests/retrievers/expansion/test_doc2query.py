"""Documents with generated queries: the files, the filter, both indexes."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import DatasetError, SpecError, UnavailableError
from harness.records import Document, Query
from harness.retrievers.cross_encoder.scorers import SCORERS
from harness.retrievers.expansion.doc2query import Doc2Query, Doc2QueryIndex
from harness.retrievers.expansion.generated import (
    Generated,
    InOrder,
    _generated,
    read_generated,
    scores_of,
    threshold,
)
from tests.conftest import needs_neural
from tests.retrievers.cross_encoder import tiny

DOCUMENTS = [Document("a", "T", "text a"), Document("b", "", ""), Document("c", "", "text c")]
LINES = [
    {"id": "a", "queries": ["one", "two", "three"], "scores": [0.1, 0.9, 0.5]},
    {"id": "b", "queries": ["four"], "scores": [0.3]},
    {"id": "z", "queries": ["other"], "scores": [0.7]},
]


@pytest.fixture
def place(tmp_path: Path) -> str:
    path = tmp_path / "queries.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES))
    return str(path)


def texts(preparer: Doc2Query | Doc2QueryIndex) -> dict[str, str]:
    return {document.id: document.text for document in preparer.prepare(DOCUMENTS)}


def test_queries_are_appended(place: str) -> None:
    assert texts(Doc2Query(queries=place)) == {"a": "text a one two three", "b": "four", "c": "text c"}
    assert texts(Doc2Query(queries=place, most=1)) == {"a": "text a one", "b": "four", "c": "text c"}


def test_only_new_words_are_appended_worked_by_hand(tmp_path: Path) -> None:
    """The document has: apple, pie, the, recipe. Of the queries how, to, bake and é are new, each once."""
    path = tmp_path / "queries.jsonl"
    lines = [
        {"id": "a", "queries": ["How to bake the pie?", "pie: how-to É", "é"]},
        {"id": "b", "queries": ["Pie"]},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    documents = [
        Document("a", "Apple pie", "The recipe."),
        Document("b", "", "pie"),
        Document("c", "", "plain"),
    ]

    def prepared(**parameters: Any) -> list[str]:
        return [each.text for each in Doc2Query(queries=str(path), **parameters).prepare(documents)]

    assert prepared(new_words=True) == ["The recipe. how to bake é", "pie", "plain"]
    assert prepared(new_words=True, most=1) == ["The recipe. how to bake", "pie", "plain"]
    both = prepared(new_words=True, separator="[SEP]")
    assert both == ["The recipe. [SEP] how to bake é", "pie", "plain"], "no separator before nothing"
    assert prepared(separator="[SEP]")[1] == "pie [SEP] Pie"
    with pytest.raises(SpecError, match="new_words"):
        Doc2Query(queries=str(path), new_words="yes")  # type: ignore[arg-type]


def test_lines_are_read_as_documents_come(tmp_path: Path) -> None:
    """In the order of the documents and in others; what nobody asks for is checked, too."""
    path = tmp_path / "queries.jsonl"
    lines = [json.dumps({"id": str(n), "queries": [f"query {n}"]}) for n in range(300)]
    path.write_text("\n".join(lines))
    read = InOrder(str(path))
    for n in (0, 1, 2, 4, 299):
        found = read.take(str(n))
        assert found is not None and found.queries == (f"query {n}",)
    assert read.take("3") == Generated("3", ("query 3",), ()), "it waited"
    assert read.take("no such") is None
    documents = [Document(str(n), "", "") for n in range(300)]
    every = [each.text for each in Doc2Query(queries=str(path)).prepare(documents)]
    assert every == [f"query {n}" for n in range(300)]
    backwards = [each.text for each in Doc2Query(queries=str(path)).prepare(documents[::-1])]
    assert backwards == every[::-1]
    path.write_text("\n".join([*lines, "nonsense"]))
    with pytest.raises(DatasetError, match=r":301: not JSON"):  # nobody asked for that line
        list(Doc2Query(queries=str(path)).prepare(documents[:2]))


def test_the_worst_by_score_are_left_out(place: str) -> None:
    """Scores 0.1 0.3 0.5 0.7 0.9: 40 per cent lie below 0.5."""
    assert threshold(scores_of(place), 40) == 0.5
    assert threshold(scores_of(place), 100) == 0.9
    assert texts(Doc2Query(queries=place, percentile=40.0))["a"] == "text a two three"
    assert texts(Doc2Query(queries=place, percentile=40.0, most=1))["a"] == "text a two"
    assert texts(Doc2Query(queries=place, percentile=80.0)) == {"a": "text a two", "b": "", "c": "text c"}


def test_another_content_is_another_stage(place: str) -> None:
    before = Doc2Query(queries=place).provenance()
    assert before == Doc2Query(queries=place).provenance()
    Path(place).write_text('{"id": "a", "queries": []}\n')
    assert Doc2Query(queries=place).provenance() != before


def test_queries_as_an_index_of_their_own(place: str) -> None:
    assert texts(Doc2QueryIndex(queries=place)) == {"a#0": "one", "a#1": "two", "a#2": "three", "b#0": "four"}
    assert texts(Doc2QueryIndex(queries=place, percentile=40.0)) == {"a#0": "two", "a#1": "three"}


def test_the_demo_has_queries_for_its_documents() -> None:
    found = list(read_generated("package:harness/retrievers/expansion/demo_queries.jsonl"))
    assert len(found) == 290
    assert all(len(each.scores) == len(each.queries) <= 3 for each in found)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("nonsense", "not JSON"),
        ("[]", "an object with id and queries"),
        ('{"id": "x"}', "an object with id and queries"),
        ('{"id": true, "queries": []}', "an object with id and queries"),
        ('{"id": "x", "queries": "one"}', "a list of texts"),
        ('{"id": "x", "queries": [1]}', "a list of texts"),
        ('{"id": "x", "queries": ["a"], "scores": [1, 2]}', "expected 1 finite numbers"),
        ('{"id": "x", "queries": ["a"], "scores": [NaN]}', "expected 1 finite numbers"),
        ('{"id": "x", "queries": ["a"], "scores": [1' + "0" * 399 + "]}", "expected 1 finite numbers"),
        ('{"id": "x", "queries": ["\\ud800"]}', "half of a surrogate pair"),
        ("[" * 100_000, "nested too deeply"),
        ('{"id": "a", "queries": ["a"]}', "was used before"),
    ],
)
def test_bad_lines_are_named(place: str, line: str, words: str) -> None:
    with Path(place).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(DatasetError) as caught:
        list(read_generated(place))
    assert f"{place}:4: " in str(caught.value) and words in str(caught.value)


def test_files_that_cannot_do() -> None:
    with pytest.raises(UnavailableError, match="nowhere"):
        read_generated("/nowhere.jsonl")
    with pytest.raises(UnavailableError, match="package:harness/nothing"):
        read_generated("package:harness/nothing.jsonl")


def test_filtering_needs_scores(tmp_path: Path) -> None:
    path = tmp_path / "bare.jsonl"
    path.write_text('{"id": "a", "queries": ["one"]}\n')
    assert texts(Doc2Query(queries=str(path)))["a"] == "text a one"
    with pytest.raises(DatasetError, match="have none"):
        texts(Doc2Query(queries=str(path), percentile=70.0))


def test_what_is_filtered_is_not_held_in_memory(tmp_path: Path) -> None:
    """12 MB of queries in the documents' order; the nine scores of ten below 9 are left out."""
    path, count = tmp_path / "large.jsonl", 600
    with path.open("w") as file:
        for number in range(count):
            queries = [f"{number} {score} " + "x" * 2000 for score in range(10)]
            line = {"id": str(number), "queries": queries, "scores": list(range(10))}
            file.write(json.dumps(line) + "\n")
    documents = (Document(str(number), "", "") for number in range(count))
    tracemalloc.start()
    try:
        for number, made in enumerate(Doc2Query(queries=str(path), percentile=90.0).prepare(documents)):
            assert made.text.startswith(f"{number} 9 x") and len(made.text) < 2100
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < path.stat().st_size / 4


@settings(deadline=None)  # a busy machine may stop for longer than any
@given(st.binary(max_size=60) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3) | st.sampled_from(["id", "queries"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["id", "queries", "scores"]), inner, max_size=3), max_leaves=6,
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_line_is_read_or_explained(line: Any) -> None:
    assert isinstance(_generated(line), Generated | str)


@pytest.mark.parametrize("name", ["cross-encoder", "mono-t5"])
def test_a_scorer_in_place_of_the_files_scores(
    name: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The query with the greatest score of the four in the collection is alone at the 75th percentile."""
    needs_neural()
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    folder = (tiny.bert if name == "cross-encoder" else tiny.t5)(tmp_path / "model")
    lines: list[dict[str, Any]] = [
        {"id": "a", "queries": ["apple pear", "index postings"], "scores": [9.0, 9.0]},
        {"id": "b", "queries": ["inverted index", "pear"]},
        {"id": "z", "queries": ["not in the collection"]},
    ]
    Path(place).write_text("".join(json.dumps(line) + "\n" for line in lines))
    documents = [Document("a", "", "apple"), Document("b", "inverted", "postings"), Document("c", "", "pear")]
    given = {"checkpoint": str(folder)}
    made: Any = SCORERS[name](**given)
    ranker = made.open()
    expected = {
        query: ranker.rank(Query("q", query), [document], [0.0]).scores[0]
        for document, line in zip(documents, lines[:2], strict=False)
        for query in line["queries"]
    }
    stage = Doc2Query(queries=place, percentile=75.0, scorer=name, scorer_parameters=given)  # type: ignore[arg-type]
    best = max(expected, key=lambda query: expected[query])
    for _ in range(2):
        found = [d.text for d in stage.prepare(iter(documents))]
        before = [d.text for d in documents]
        assert [
            new.removeprefix(old).strip() for new, old in zip(found, before, strict=True) if new != old
        ] == [best]
        monkeypatch.setattr(type(made), "open", None)  # the second time its scores come from the cache
    index = Doc2QueryIndex(queries=place, percentile=75.0, scorer=name, scorer_parameters=given)  # type: ignore[arg-type]
    assert [document.text for document in index.prepare(iter(documents))] == [best]
    assert stage.provenance()["checkpoint"] == str(folder)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"scorer": "mono-t5", "percentile": 0.0}, "scorer: its scores are for a percentile"),
        ({"scorer_parameters": {"checkpoint": "./m"}}, "there is no scorer"),
        ({"scorer": "mono-t5", "scorer_parameters": {}}, "scorer_parameters.checkpoint"),
        ({"scorer": "bm25"}, "scorer"),
    ],
)
def test_a_scorer_that_cannot_be(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        Doc2Query(**{"queries": "x.jsonl", "percentile": 70.0, **wrong})
