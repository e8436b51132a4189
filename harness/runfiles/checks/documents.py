"""The run's documents against those of the data set."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from harness.columns import Ints, StringColumn
from harness.runfiles.findings import LISTED, NOTHING, Evidence, Found, Mark, one
from harness.runfiles.scan import Scan
from harness.words import many

ROWS = 2**16  # rows looked at together, so that few Python strings exist at a time


def unknown_document(evidence: Evidence) -> Found:
    """No engine notices; mostly the run was made on another version of the collection.

    Memory is bounded by the run's distinct ids, however large the collection: its ids pass by once.
    """
    source = evidence.expected.documents
    if source is None:
        return NOTHING
    scan = evidence.scan
    unseen: set[str] = set()
    for _, ids in _pieces(scan):
        unseen.update(ids)
    for known in source() if callable(source) else source:
        unseen.discard(known)
    if not unseen:
        return NOTHING
    total = 0
    marks: list[Mark] = []
    for start, ids in _pieces(scan):
        for row, document in enumerate(ids, start):
            if document in unseen:
                total += 1
                if len(marks) < LISTED:
                    marks.append(_unknown(scan, row, document))
    return Found(total, tuple(marks))


def _pieces(scan: Scan) -> Iterator[tuple[int, list[str]]]:
    for start in range(0, len(scan.documents), ROWS):
        yield start, scan.documents.tolist(start, min(start + ROWS, len(scan.documents)))


def _unknown(scan: Scan, row: int, document: str) -> Mark:
    return Mark(
        f"The data set has no document {document}. Was the run made on another version of the collection?",
        scan.line_number(row),
        scan.query(row),
    )


def self_match(evidence: Evidence) -> Found:
    """A query made from a document finds that document first, which is no achievement (as in ArguAna)."""
    scan, expected = evidence.scan, evidence.expected
    rows = _self_rows(scan)
    if expected.queries is None or not len(rows):
        return NOTHING
    queries = len(np.unique(scan.query_rows[rows]))
    fate = (
        "The data set removes such lines before scoring."
        if expected.drop_self_matches
        else "They are scored like any other. Only where queries were made from documents does this matter; "
        "otherwise the ids are alike by chance."
    )
    found = one(
        f"{many(queries, 'query retrieves', 'queries retrieve')} the document of the same id, "
        f"{scan.query(int(rows[0]))} first. {fate}",
        scan.line_number(int(rows[0])),
        scan.query(int(rows[0])),
    )
    return found._replace(severity="note" if expected.drop_self_matches else None)


def _self_rows(scan: Scan) -> Ints:
    """Rows whose document id equals the query id, compared as bytes."""
    queries, documents = StringColumn.from_strings(scan.queries), scan.documents
    alike = queries.lengths[scan.query_rows] == documents.lengths
    if len(documents):
        last = queries.data[queries.offsets[1:] - 1]
        alike &= last[scan.query_rows] == documents.data[documents.offsets[1:] - 1]
    rows = np.flatnonzero(alike)
    same = [np.empty(0, dtype=np.int64)]
    for start in range(0, len(rows), ROWS):
        some = rows[start : start + ROWS]
        mine, theirs = documents.take(some), queries.take(scan.query_rows[some].astype(np.int64))
        equal = np.logical_and.reduceat(mine.data == theirs.data, mine.offsets[:-1])
        same.append(some[equal])
    return np.concatenate(same)
