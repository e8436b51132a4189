"""Checks of the judgments alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from harness.datasets.checks.wording import number, some
from harness.datasets.facts import Facts
from harness.records import Issue


def no_relevant_document(facts: Facts) -> Iterator[Issue]:
    """A judged query has no relevant document: it counts as 0 in every mean, here as in trec_eval."""
    qrels, level = facts.dataset.qrels, facts.dataset.spec.quirks.relevance_level
    relevant = np.add.reduceat(qrels.grades >= level, qrels.starts[:-1])
    barren = [qrels.queries[int(index)] for index in np.flatnonzero(relevant == 0)]
    if barren:
        message = (
            f"{number(len(barren), 'judged query', 'judged queries')} without a document of grade {level} or "
            f"more: {some(barren)}."
        )
        yield Issue("warning", "no-relevant-document", message)


def negative_grade(facts: Facts) -> Iterator[Issue]:
    """A grade is below zero, which trec_eval reads as pooled but not judged."""
    grades = facts.dataset.qrels.grades
    negative, counts = np.unique(grades[grades < 0], return_counts=True)
    if len(negative):
        each = some([f"grade {grade}: {count:,}" for grade, count in zip(negative, counts, strict=True)])
        message = f"{number(int(counts.sum()), 'judgment')} below zero ({each}); they count as unjudged."
        yield Issue("note", "negative-grade", message)
