"""Whether a file of queries fits the documents: passages, facts on the card, files of other collections."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.config import check
from harness.errors import DatasetError, SpecError, UnavailableError
from harness.records import Document, Query
from harness.retrievers.expansion.doc2query import Doc2Query, Doc2QueryIndex
from harness.retrievers.expansion.generated import InOrder, content_of
from harness.retrievers.passages.windows import Windows
from harness.retrievers.pipeline import run_pipeline
from harness.retrievers.spec import SystemSpec
from harness.retrievers.stage_cache import StageCache
from harness.retrievers.work import Corpus, Outcome
from tests.conftest import needs_neural
from tests.retrievers.cross_encoder import tiny

DOCUMENTS = [Document("1", "", "a b c d"), Document("2", "", "e"), Document("3", "", "f g h")]
LINES = [
    {"id": "1", "queries": ["apple"], "scores": [0.9]},
    {"id": "3", "queries": ["pear", "plum"], "scores": [0.8, 0.1]},
    {"id": "z", "queries": ["elsewhere"], "scores": [0.2]},
]
CUT = Windows(words=2, stride=2)


def written(folder: Path, lines: Sequence[dict[str, Any]]) -> str:
    path = folder / "queries.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


@pytest.fixture
def place(tmp_path: Path) -> str:
    return written(tmp_path, LINES)


def outcome(*prepare: dict[str, Any], group: bool = False) -> Outcome:
    stages: list[dict[str, Any]] = [*prepare, {"retrieve": "bm25", "parameters": {"analyzer": "whitespace"}}]
    stages += [{"group": "max-passage"}] if group else []
    told = {"version": 1, "system": "s", "family": "lexical", "description": "d", "pipeline": stages}
    asked = [Query("q", "plum"), Query("r", "apple")]
    corpus = Corpus(documents=lambda: DOCUMENTS, key="three documents")
    return run_pipeline(check(told, SystemSpec, where="t"), corpus, asked, depth=10, cache=StageCache())


@pytest.mark.parametrize(
    ("percentile", "third"), [(0.0, ["f g pear plum", "h pear plum"]), (50.0, ["f g pear", "h pear"])]
)
def test_every_window_gets_the_queries_of_its_document(
    place: str, percentile: float, third: list[str]
) -> None:
    """Of the scores 0.1, 0.2, 0.8 and 0.9 half lie below 0.8."""
    stage = Doc2Query(queries=place, percentile=percentile)
    texts = {each.id: each.text for each in stage.prepare(CUT.prepare(DOCUMENTS))}
    first = {"1#0": "a b apple", "1#1": "c d apple", "2#0": "e"}
    assert texts == {**first, "3#0": third[0], "3#1": third[1]}
    backwards = [each.text for each in stage.prepare(CUT.prepare(DOCUMENTS[::-1]))]
    assert backwards == [*third, "e", "a b apple", "c d apple"]


def test_a_pipeline_finds_documents_by_the_queries_of_their_windows(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    cut = {"prepare": "windows", "parameters": {"words": 2, "stride": 2}}
    made = outcome(cut, {"prepare": "doc2query", "parameters": {"queries": place}}, group=True)
    assert {query: list(row) for query, row in made.run.to_dict().items()} == {"q": ["3"], "r": ["1"]}
    told = made.stages[1].facts
    assert (told["documents_read"], told["documents_expanded"], told["unused_lines"]) == (5, 4, 1)


def test_ids_with_the_mark_of_passages_are_ids_of_documents_first(tmp_path: Path) -> None:
    """As those of collections that were cut before they came here."""
    lines = [{"id": "D1", "queries": ["whole"]}, {"id": "D1#0", "queries": ["zero"]}]
    read = InOrder(written(tmp_path, lines))
    found = [read.take(name, "D1") for name in ("D1", "D1#0")]
    assert [each.queries for each in found if each] == [("whole",), ("zero",)]
    read = InOrder(written(tmp_path, lines[:1]))
    found = [read.take(name, "D1") for name in ("D1#0", "D1#1", "D1")]
    assert [each.id for each in found if each] == ["D1"] * 3
    assert read.finish() == 0


@pytest.mark.parametrize("percentile", [0.0, 10.0])
def test_the_card_tells_how_well_the_file_fits(
    place: str, percentile: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    stage = {"prepare": "doc2query", "parameters": {"queries": place, "percentile": percentile}}
    told = outcome(stage).stages[0].facts
    assert (told["documents_read"], told["documents_expanded"], told["unused_lines"]) == (3, 2, 1)
    again = outcome(stage).stages[0]
    assert (again.facts, again.cached) == (told, True)


@pytest.mark.parametrize("preparer", [Doc2Query, Doc2QueryIndex])
@pytest.mark.parametrize("percentile", [0.0, 10.0])
@pytest.mark.parametrize(
    ("lines", "counted"),
    [([], "0 of 0"), ([LINES[2]], "1 of 1"), ([{"id": "1", "queries": []}, LINES[2]], "1 of 2")],
)
def test_a_file_that_expands_nothing_is_refused(
    preparer: Any, percentile: float, lines: list[dict[str, Any]], counted: str, tmp_path: Path
) -> None:
    where = written(tmp_path, lines)
    stage = preparer(queries=where, percentile=percentile)
    with pytest.raises(DatasetError) as caught:
        list(stage.prepare(DOCUMENTS))
    assert where in str(caught.value) and caught.value.problems[0].where == "document 1"
    assert f"that the collection lacks: {counted}." in caught.value.problems[0].message
    assert list(stage.prepare([])) == [], "of nothing the retriever complains"


def test_an_index_of_queries_does_not_cut_passages_again(place: str) -> None:
    """Passages of passages have no group stage that makes documents of them."""
    with pytest.raises(DatasetError, match="document 1#0"):
        list(Doc2QueryIndex(queries=place).prepare(CUT.prepare(DOCUMENTS)))


@pytest.mark.parametrize("name", ["a..b/x", ".x/y", "harness", "/x", "a-b/x"])
def test_malformed_names_of_packages_are_refused_by_the_plan(name: str) -> None:
    with pytest.raises(SpecError, match="package:IMPORT_NAME/PATH") as caught:
        Doc2Query(queries=f"package:{name}")
    assert caught.value.problems[0].where == "queries"


@pytest.mark.parametrize(
    "name", ["~nouser/q.jsonl", "package:no_such_package/x", "package:__main__/x", "x" * 5000, "a\0b"]
)
def test_places_that_nothing_can_be_read_from(name: str) -> None:
    with pytest.raises(UnavailableError, match="generated queries"):
        content_of(name)


def test_a_scorer_reads_the_window_and_not_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two windows share two queries: of the four pairs the best alone is at the 75th percentile."""
    needs_neural()
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    queries = ["apple pear", "index postings"]
    where = written(tmp_path, [{"id": "a", "queries": queries}])
    parameters = {"checkpoint": str(tiny.bert(tmp_path / "model"))}
    stage = Doc2Query(queries=where, percentile=75.0, scorer="cross-encoder", scorer_parameters=parameters)
    windows = [Document("a#0", "", "apple"), Document("a#1", "", "inverted postings")]
    ranker = stage._scorer().open()  # type: ignore[union-attr]
    scores = {
        (each.id, query): ranker.rank(Query("q", query), [each], [0.0]).scores[0]
        for each in windows
        for query in queries
    }
    best = max(scores, key=lambda pair: scores[pair])
    found = [(each.id, each.text) for each in stage.prepare(windows)]
    assert found == [(w.id, f"{w.text} {best[1]}" if w.id == best[0] else w.text) for w in windows]
