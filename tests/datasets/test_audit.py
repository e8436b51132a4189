"""Each check finds its fault in a broken collection, and a whole one has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.datasets.audit import CHECKS, SEVERITIES, audit, meanings
from harness.datasets.dataset import load_dataset
from harness.datasets.spec import Counts, Quirks
from harness.records import Document, Issue
from tests.datasets.conftest import DOCUMENTS, QRELS, QUERIES
from tests.datasets.test_folder import folder_entry


def found(folder: Path, **changes: Any) -> dict[str, Issue]:
    blank = Counts(documents=None, queries=None, judged_queries=None, judgments=None, grades=None)
    entry = folder_entry(path=str(folder), **{"counts": blank, "quirks": Quirks(), **changes})
    return {issue.code: issue for issue in audit(load_dataset("tiny", {"tiny": entry}))}


def test_a_whole_collection_has_only_its_unjudged_query(make_folder: Any) -> None:
    assert set(found(make_folder())) == {"unjudged-query"}


def test_a_broken_collection_shows_every_fault(make_folder: Any) -> None:
    folder = make_folder(
        documents=[
            *DOCUMENTS,
            DOCUMENTS[0],
            {"_id": "d5", "title": " ", "text": "\n"},
            {"_id": "q1", "text": "x"},
        ],
        queries=[*QUERIES, QUERIES[0], {"_id": "q4", "text": "  "}],
        qrels=[*QRELS, ("q9", "d1", 1), ("q4", "gone", 1), ("q4", "also-gone", 0), ("q3", "d1", -2)],
    )
    stated = Counts(documents=9, queries=9, judged_queries=5, judgments=7, grades={1: 7})
    issues = found(folder, counts=stated)
    severities = {code: issue.severity for code, issue in issues.items()}
    assert severities == {
        "duplicate-document": "error",
        "duplicate-query": "error",
        "empty-query": "error",
        "missing-query": "error",
        "dangling-judgment": "error",
        "count-mismatch": "error",
        "no-relevant-document": "warning",
        "empty-document": "note",
        "shared-id": "note",
        "negative-grade": "note",
    }
    assert "2 judgments (1 of them relevant)" in issues["dangling-judgment"].message
    assert "q9" in issues["missing-query"].message
    assert "q3" in issues["no-relevant-document"].message


def test_counts_are_compared_one_by_one(make_folder: Any) -> None:
    folder = make_folder()
    right = dict(documents=4, queries=3, judged_queries=2, judgments=3, grades={0: 1, 1: 1, 2: 1})
    assert "count-mismatch" not in found(folder, counts=Counts(**right))
    for key, wrong in {"documents": 5, "judged_queries": 3, "judgments": 4, "grades": {0: 3}}.items():
        issue = found(folder, counts=Counts(**{**right, key: wrong}))["count-mismatch"]
        assert issue.severity == "error" and issue.message.startswith(f"{key}:")
    # one file holds the queries of all splits in BEIR's archives
    assert found(folder, counts=Counts(**{**right, "queries": 2}))["count-mismatch"].severity == "note"
    assert found(folder, counts=Counts(**{**right, "queries": 4}))["count-mismatch"].severity == "error"


@pytest.mark.parametrize(
    ("text", "judged", "drop", "severity", "word"),
    [
        ("why are there tides", False, False, "warning", "Set drop_self_matches"),
        ("why are there tides", False, True, "note", "fits"),
        ("another text", False, False, "note", "fits"),
        ("another text", False, True, "warning", "although"),
        ("why are there tides", True, True, "warning", "although"),
    ],
)
def test_shared_ids_come_with_advice(
    make_folder: Any, text: str, judged: bool, drop: bool, severity: str, word: str
) -> None:
    qrels = [*QRELS, ("q1", "q1", 1)] if judged else QRELS
    folder = make_folder(documents=[*DOCUMENTS, {"_id": "q1", "text": text}], qrels=qrels)
    issue = found(folder, quirks=Quirks(drop_self_matches=drop))["shared-id"]
    assert issue.severity == severity and word in issue.message


def test_the_relevance_level_decides_what_is_relevant(make_folder: Any) -> None:
    issue = found(make_folder(), quirks=Quirks(relevance_level=2))["no-relevant-document"]
    assert "q2" in issue.message and "grade 2" in issue.message


class Careless:
    """A source that does not look at ids, as other packages do not."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.queries, self.qrels = inner.queries, inner.qrels

    def documents(self) -> Any:
        yield from self.inner.documents()
        yield Document("two words", "", "x")


def test_ids_that_break_a_run_file_are_found_whatever_the_source(make_folder: Any) -> None:
    from dataclasses import replace

    data = load_dataset(str(make_folder()))
    issues = audit(replace(data, source=Careless(data.source)))
    assert [issue.severity for issue in issues if issue.code == "unusable-id"] == ["error"]


def test_errors_come_first(make_folder: Any) -> None:
    folder = make_folder(documents=[*DOCUMENTS, DOCUMENTS[0]])
    order = [SEVERITIES.index(issue.severity) for issue in audit(load_dataset(str(folder)))]
    assert order == sorted(order) and order[0] == 0


def test_every_code_has_a_meaning_in_one_sentence() -> None:
    assert set(meanings()) == set(CHECKS)
    assert all(meaning.endswith(".") for meaning in meanings().values())
