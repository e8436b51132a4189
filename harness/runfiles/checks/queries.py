"""The run's queries against those of the data set."""

from __future__ import annotations

import numpy as np

from harness.runfiles.findings import LISTED, NOTHING, Evidence, Found, Mark
from harness.words import many


def unknown_query(evidence: Evidence) -> Found:
    """Engines skip such queries without a word; mostly the run was made for another data set."""
    scan, expected = evidence.scan, evidence.expected.queries
    if expected is None:
        return NOTHING
    known = frozenset(expected)
    unknown = [code for code, query in enumerate(scan.queries) if query not in known]
    if not unknown:
        return NOTHING
    _, first = np.unique(scan.query_rows, return_index=True)  # queries are numbered without gaps
    counts = np.bincount(scan.query_rows)
    marks = [
        Mark(
            f"The data set has no query {scan.queries[code]} "
            f"({many(int(counts[code]), 'line')}, this is the first). "
            "Was the run made for another data set or split?",
            scan.line_number(int(first[code])),
            scan.queries[code],
        )
        for code in unknown[:LISTED]
    ]
    return Found(len(unknown), tuple(marks))


def missing_queries(evidence: Evidence) -> Found:
    """Each judged query without documents scores a measure's floor and counts in the mean."""
    expected = evidence.expected
    judged = expected.judged if expected.judged is not None else expected.queries
    if judged is None:
        return NOTHING
    missing = sorted(frozenset(judged) - frozenset(evidence.scan.queries))
    total = len(frozenset(judged))
    marks = [
        Mark(
            f"No line ranks documents for query {query} ({len(missing)} of {total} are missing); it scores "
            "the lowest value of each measure and counts in the mean.",
            query_id=query,
        )
        for query in missing[:LISTED]
    ]
    return Found(len(missing), tuple(marks))


def too_deep(evidence: Evidence) -> Found:
    """Deeper rankings than agreed gain in measures without a cutoff."""
    scan, depth = evidence.scan, evidence.expected.depth
    counts = np.bincount(scan.query_rows, minlength=len(scan.queries))
    deep = np.flatnonzero(counts > depth)
    marks = []
    for code in deep[:LISTED].tolist():
        row = int(np.flatnonzero(scan.query_rows == code)[depth])
        message = f"Query {scan.queries[code]} has {counts[code]} documents, the most allowed is {depth}; "
        marks.append(
            Mark(f"{message}this line is the first beyond it.", scan.line_number(row), scan.queries[code])
        )
    return Found(len(deep), tuple(marks))
