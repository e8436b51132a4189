"""The check of what is there against what the catalogue says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from harness.datasets.facts import Facts
from harness.records import Issue


def count_mismatch(facts: Facts) -> Iterator[Issue]:
    """The data are not as many as the catalogue says: another version, another split, or a copy cut short."""
    stated = facts.dataset.spec.counts
    if stated is None:
        return
    for key, found in found_counts(facts).items():
        expected = getattr(stated, key)
        if expected is None or expected == found:
            continue
        # Archives in BEIR layout carry the queries of all splits in one file, so more of them is no error.
        severity = "note" if key == "queries" and isinstance(found, int) and found > expected else "error"
        message = f"{key}: the catalogue says {_shown(expected)}, the data have {_shown(found)}."
        yield Issue(severity, "count-mismatch", message)


def found_counts(facts: Facts) -> dict[str, int | dict[int, int]]:
    """The counts of the data at hand, under the catalogue's keys."""
    data = facts.dataset
    grades, counts = np.unique(data.qrels.grades, return_counts=True)
    return {
        "documents": facts.documents,
        "queries": len(data.all_queries),
        "judged_queries": len(data.qrels.queries),
        "judgments": len(data.qrels),
        "grades": dict(zip(grades.tolist(), counts.tolist(), strict=True)),
    }


def _shown(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dict):
        return ", ".join(f"{count:,} of grade {grade}" for grade, count in sorted(value.items()))
    return str(value)
