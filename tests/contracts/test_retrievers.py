"""What every entry of the table of retrievers must do, on a tiny collection.

Lexical retrievers find what shares a term with the query; the others may find more, but never a document
without text, and nothing for a query without. Each is tested: one whose weights no package carries with tiny
ones that are made here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import TypeAdapter

from harness.config import check
from harness.errors import CommandError, DatasetError, MissingExtraError, SpecError
from harness.files import cache_folder
from harness.rankings import Run
from harness.records import Document, Query
from harness.retrievers.base import Index, Persistent, Retriever, Savable
from harness.retrievers.reports import OWN
from harness.retrievers.table import RETRIEVERS
from tests.conftest import needs_extra_of
from tests.contracts.remembered import remembered
from tests.contracts.tiny_collection import BLANK, DOCUMENTS, MAKERS, QUERIES, TOGETHER

EXCEPTIONS: Final[dict[str, dict[str, str]]] = {
    "ranks by the query": {"all": "it gives the whole collection in the order of its ids"},
    "is kept": {"all": "its index is the list of ids, which is sooner made than read"},
    "reads texts": {"impacts": "it knows documents by their ids; where none has a vector, it is refused"},
}
"""What does not hold of whom, and why; the tests then ask for what holds instead."""


@pytest.fixture(scope="module", params=list(RETRIEVERS))
def retriever(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    name = request.param
    parameters = MAKERS[name](tmp_path_factory.mktemp(name)) if name in MAKERS else {}
    return RETRIEVERS[name](**parameters)  # type: ignore[no-any-return]


def holds(what: str, retriever: Retriever) -> bool:
    return name_of(retriever) not in EXCEPTIONS[what]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder without encodings at first, so that none is taken from an earlier session.

    Weights that were unpacked before stay, and what a language model makes of a text is made once.
    """
    folder = tmp_path_factory.mktemp("cache")
    (cache_folder() / "models").mkdir(parents=True, exist_ok=True)
    (folder / "models").symlink_to(cache_folder() / "models")
    with pytest.MonkeyPatch.context() as patch, remembered():
        patch.setenv("HARNESS_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="module")
def index(retriever: Retriever, cache: Path) -> Index:
    needs_extra_of(name_of(retriever))
    return retriever.index(iter(DOCUMENTS))


def name_of(retriever: Retriever) -> str:
    return next(name for name in RETRIEVERS if RETRIEVERS[name] is type(retriever))


def rows(run: Run) -> list[tuple[str, str, float]]:
    return [(q, d, s) for q, ranking in run.to_dict().items() for d, s in ranking.items()]


def test_it_is_what_the_protocols_say(retriever: Retriever, index: Index) -> None:
    assert isinstance(retriever, Retriever)
    assert isinstance(index, Index)
    assert is_dataclass(retriever)
    assert "__slots__" in type(retriever).__dict__
    assert retriever.family
    assert retriever.summary.endswith(".")
    with pytest.raises(AttributeError):  # frozen
        setattr(retriever, fields(retriever)[0].name, None)


def test_parameters_come_from_plain_values(retriever: Retriever) -> None:
    kind = type(retriever)
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    assert list(TypeAdapter(kind).json_schema()["properties"]) == names
    plain = TypeAdapter(kind).dump_python(retriever, mode="json")
    assert check(plain, kind, where="test") == retriever
    with pytest.raises(SpecError, match="unknown key"):
        check({**plain, "no_such_parameter": 1}, kind, where="test")


def test_wrong_types_are_refused(retriever: Retriever) -> None:
    kind: Any = type(retriever)
    wrong: dict[str, Any] = {field.name: {"wrong": [1]} for field in fields(kind)}
    with pytest.raises(SpecError) as caught:
        check(wrong, kind, where="test")
    assert len(caught.value.problems) >= len(wrong)
    with pytest.raises(SpecError):
        kind(**wrong)


def test_the_run_is_canonical_and_without_duplicates(index: Index) -> None:
    run = index.search(QUERIES, 100, tag="tag")
    assert run.tag == "tag"
    rebuilt = Run.from_dict(run.to_dict(), "tag")  # sorts, and refuses duplicates and NaN
    assert rows(run) == rows(rebuilt)
    assert run.queries == rebuilt.queries
    assert run.starts.tolist() == rebuilt.starts.tolist()
    assert {document for _, document, _ in rows(run)} <= {document.id for document in DOCUMENTS}


def test_queries_that_match_nothing_have_no_rows(retriever: Retriever, index: Index) -> None:
    answered = index.search(QUERIES, 100, tag="t").queries.tolist()
    if retriever.family == "lexical":
        assert answered == ["Q/é 1", "q10", "q9"]
    assert {"Q/é 1", "q10", "q9"} <= set(answered)
    assert "empty" not in answered
    assert len(index.search([Query("empty", ""), BLANK], 100, tag="t")) == 0
    assert len(index.search([], 100, tag="t")) == 0


def test_it_is_deterministic(retriever: Retriever, index: Index) -> None:
    first = rows(index.search(QUERIES, 100, tag="t"))
    assert rows(index.search(QUERIES, 100, tag="t")) == first
    assert rows(index.search(QUERIES[::-1], 100, tag="t")) == first
    assert rows(retriever.index(DOCUMENTS[::-1]).search(QUERIES, 100, tag="t")) == first


def test_a_saved_index_searches_alike(retriever: Retriever, index: Index, tmp_path: Path) -> None:
    if not holds("is kept", retriever):
        assert not isinstance(index, Savable) and not isinstance(retriever, Persistent)
        return
    assert isinstance(index, Savable)
    index.save(tmp_path)
    assert isinstance(retriever, Persistent)
    again = retriever.load(tmp_path)
    assert rows(again.search(QUERIES, 100, tag="t")) == rows(index.search(QUERIES, 100, tag="t"))
    untimed = {name: value for name, value in again.facts.items() if "seconds" not in name}
    assert untimed == {name: value for name, value in index.facts.items() if "seconds" not in name}


def test_a_smaller_depth_is_the_head_of_a_greater_one(index: Index) -> None:
    whole = index.search(QUERIES, 100, tag="t").to_dict()
    for depth in (1, 2, 3, 4):
        for query, ranking in index.search(QUERIES, depth, tag="t").to_dict().items():
            assert list(ranking.items()) == list(whole[query].items())[:depth]
    with pytest.raises(CommandError):
        index.search(QUERIES, 0, tag="t")


def test_unicode_is_found(retriever: Retriever, index: Index) -> None:
    found = list(index.search(QUERIES, 100, tag="t").to_dict()["Q/é 1"])
    if holds("ranks by the query", retriever):
        assert found[0] == "Ünïcode/№ 7"
    assert "Ünïcode/№ 7" in found
    assert len(found) == 1 or retriever.family != "lexical"


def test_the_right_documents_are_found(retriever: Retriever, index: Index) -> None:
    found = index.search(QUERIES, 100, tag="t").to_dict()
    twins = {"twin-a", "twin-b", "twin-c"}
    if holds("ranks by the query", retriever):
        assert set(list(found["q9"])[:3]) == twins
    else:
        assert list(found["q9"]) == sorted(document.id for document in DOCUMENTS if document.text)
    assert {"d1", "d9", "d10"} < set(found["q10"])
    everything = {document for ranking in found.values() for document in ranking}
    assert "empty" not in everything
    if retriever.family == "lexical":
        assert set(found["q9"]) == twins
        assert "stop words" not in everything


def test_one_document_is_a_collection(retriever: Retriever, index: Index) -> None:
    run = retriever.index(DOCUMENTS[:1]).search([TOGETHER], 10, tag="t")
    assert [document for _, document, _ in rows(run)] == ["d1"]


def test_documents_without_text_are_no_error(retriever: Retriever, index: Index) -> None:
    documents = [Document("a", "", ""), Document("b", "", " ")]
    if not holds("reads texts", retriever):
        with pytest.raises(DatasetError, match="No document of the collection has a vector"):
            retriever.index(documents)
        return
    blank = retriever.index(documents)
    assert len(blank.search([TOGETHER], 10, tag="t")) == 0
    assert blank.facts["empty_documents"] == 2


def test_facts_are_numbers(index: Index) -> None:
    facts = index.facts
    assert facts["documents"] + facts.get("empty_documents", 0) == len(DOCUMENTS)
    assert facts["index_bytes"] > 0
    assert all(isinstance(value, int | float) for value in facts.values())


def test_it_reports_what_the_list_says(retriever: Retriever, index: Index) -> None:
    index.search(QUERIES, 10, tag="t")
    assert set(OWN.get(name_of(retriever), ())) <= set(index.facts)


def test_documents_are_streamed_and_progress_is_told(retriever: Retriever, index: Index) -> None:
    told: list[int] = []

    def stream() -> Iterator[Document]:
        yield from DOCUMENTS

    retriever.index(stream(), progress=told.append)
    assert told[-1] == len(DOCUMENTS)


def test_repeated_ids_and_no_documents_are_refused(retriever: Retriever, index: Index) -> None:
    with pytest.raises(DatasetError, match="d1"):
        retriever.index([*DOCUMENTS, DOCUMENTS[0]])
    with pytest.raises(DatasetError):
        retriever.index([])
    with pytest.raises(DatasetError, match="q9"):
        index.search([*QUERIES, QUERIES[1]], 10, tag="t")


def test_without_its_extra_it_says_what_to_install(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = RETRIEVERS.extra_of(name_of(retriever))
    for package in ("torch", "transformers", "sentence_transformers", "pyserini"):
        monkeypatch.setitem(sys.modules, package, None)  # what import then finds is as good as nothing
    if extra is None:
        assert len(retriever.index(DOCUMENTS).search(QUERIES, 1, tag="t"))
        return
    with pytest.raises(MissingExtraError, match=rf"pip install 'retrieval-harness\[{extra}\]'"):
        retriever.index(DOCUMENTS)


def test_exceptions_are_of_retrievers_that_there_are() -> None:
    assert {name for named in EXCEPTIONS.values() for name in named} <= set(RETRIEVERS)
    assert set(MAKERS) <= set(RETRIEVERS)
