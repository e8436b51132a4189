"""A document that is ranked twice for one query."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import numpy as np

from harness.runfiles.findings import LISTED, NOTHING, Evidence, Found, Mark
from harness.runfiles.scan import Scan


def duplicate_document(evidence: Evidence) -> Found:
    """trec_eval refuses the file, ranx and ir_measures silently keep the last line.

    A run that could be built has none, so that only files with other errors are searched here.
    """
    if evidence.run is not None or not len(evidence.scan.scores):
        return NOTHING
    total = 0
    kept: list[tuple[int, int]] = []
    for row, first in _repeated(evidence.scan):
        total += 1
        heapq.heappush(kept, (-row, first))
        if len(kept) > LISTED:
            heapq.heappop(kept)  # the latest line of those kept
    marks = [_mark(evidence.scan, -row, first) for row, first in sorted(kept, reverse=True)]
    return Found(total, tuple(marks))


def _repeated(scan: Scan) -> Iterator[tuple[int, int]]:
    """Rows whose document stands in an earlier row of the same query, with that row; query by query."""
    order = np.argsort(scan.query_rows, kind="stable")
    counts = np.bincount(scan.query_rows, minlength=len(scan.queries))
    stop = 0
    for count in counts.tolist():
        start, stop = stop, stop + count
        rows = order[start:stop]
        first: dict[str, int] = {}
        for row, document in zip(rows.tolist(), scan.documents.take(rows).tolist(), strict=True):
            earlier = first.setdefault(document, row)
            if earlier != row:
                yield row, earlier


def _mark(scan: Scan, row: int, first: int) -> Mark:
    query = scan.query(row)
    return Mark(
        f"Document {scan.documents[row]} stands for query {query} in line {scan.line_number(first)} already. "
        "Keep one line for each document of a query.",
        scan.line_number(row),
        query,
    )
