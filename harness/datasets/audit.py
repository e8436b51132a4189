"""The audit: one pass over the documents, then every check of a literal table."""

from __future__ import annotations

from harness.datasets.dataset import Dataset
from harness.datasets.facts import gather
from harness.records import Issue
from harness.registry import Registry

CHECKS = Registry(
    "audit check",
    {
        "duplicate-document": "harness.datasets.checks.documents:duplicate_document",
        "empty-document": "harness.datasets.checks.documents:empty_document",
        "unusable-id": "harness.datasets.checks.documents:unusable_ids",
        "dangling-judgment": "harness.datasets.checks.documents:dangling_judgment",
        "shared-id": "harness.datasets.checks.documents:shared_id",
        "duplicate-query": "harness.datasets.checks.queries:duplicate_query",
        "empty-query": "harness.datasets.checks.queries:empty_query",
        "missing-query": "harness.datasets.checks.queries:missing_query",
        "unjudged-query": "harness.datasets.checks.queries:unjudged_query",
        "no-relevant-document": "harness.datasets.checks.judgments:no_relevant_document",
        "negative-grade": "harness.datasets.checks.judgments:negative_grade",
        "count-mismatch": "harness.datasets.checks.counts:count_mismatch",
    },
)
"""Issue code → the check that finds it; the first line of its docstring is the code's meaning."""

SEVERITIES = ("error", "warning", "note")


def audit(dataset: Dataset) -> tuple[Issue, ...]:
    """Check a data set for what silently changes scores; errors first, then warnings, then notes.

    Each code comes at most once or twice, with counts and examples in its message.

    Raises:
        DatasetError, UnavailableError: the documents cannot be read at all.
    """
    facts = gather(dataset)
    issues = [issue for code in CHECKS for issue in CHECKS[code](facts)]
    return tuple(sorted(issues, key=lambda issue: SEVERITIES.index(issue.severity)))


def meanings() -> dict[str, str]:
    """What each code stands for, in one line."""
    return {code: (CHECKS[code].__doc__ or "").strip().splitlines()[0] for code in CHECKS}
