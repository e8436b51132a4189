"""Ten real collections: counts as in the catalogue, and no finding that would change scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.datasets.audit import audit
from harness.datasets.dataset import load_dataset
from harness.datasets.facts import gather

COLLECTIONS = [
    "adi",
    "cacm",
    "cranfield",
    "cystic-fibrosis",
    "lisa",
    "med",
    "scifact",
    "time",
    "trec-dl19-pool",
    "vaswani",
]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_counts_equal_the_catalogue(name: str, shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_DATA", str(shared_data))
    data = load_dataset(name)
    counts = data.spec.counts
    assert counts is not None
    facts = gather(data)
    assert facts.documents == counts.documents == len(facts.document_ids)
    assert len(data.all_queries) == counts.queries
    assert len(data.queries) == len(data.qrels.queries) == counts.judged_queries
    assert len(data.qrels) == counts.judgments
    issues = audit(data)
    assert {issue.severity for issue in issues} <= {"note"}, issues
    assert {issue.code for issue in issues} <= {"shared-id", "unjudged-query", "empty-document"}


def test_c1_control_characters_survive(shared_data: Path) -> None:
    texts = [document.text for document in load_dataset(str(shared_data / "trec-dl19-pool")).documents()]
    assert len(texts) == 10852
    assert sum(any("\x80" <= character <= "\x9f" for character in text) for text in texts) > 1000
