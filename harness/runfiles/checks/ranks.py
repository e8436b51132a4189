"""The fourth column: ignored for scoring, but it tells when columns are swapped or scores are reversed."""

from __future__ import annotations

import numpy as np

from harness.columns import Ints
from harness.runfiles.findings import NOTHING, Evidence, Found, odd_lines, one
from harness.runfiles.scan import OddLine, Scan


def bad_rank(evidence: Evidence) -> Found:
    """A rank that is no whole number mostly means that columns are swapped."""
    return odd_lines(evidence, "bad-rank", _bad)


def contradiction(evidence: Evidence) -> Found:
    """Two documents of a query where the higher score has the worse rank; equal ones contradict nothing."""
    scan = evidence.scan
    if not len(scan.ranks) or _agree_in_file_order(scan):
        return NOTHING
    usable = np.ones(len(scan.ranks), dtype=np.bool_)
    usable[scan.text_ranks] = False
    usable &= ~np.isnan(scan.scores)
    rows = np.flatnonzero(usable)
    # With ranks ascending among equal scores, any contradiction shows between neighbours.
    order = rows[np.lexsort((scan.ranks[rows], -scan.scores[rows], scan.query_rows[rows]))]
    queries, scores, ranks = scan.query_rows[order], scan.scores[order], scan.ranks[order]
    against = (queries[1:] == queries[:-1]) & (scores[1:] < scores[:-1]) & (ranks[1:] < ranks[:-1])
    return _report(scan, order[1:][against], order[:-1][against])


def _agree_in_file_order(scan: Scan) -> bool:
    """The usual file: each query in one piece, scores falling, ranks rising."""
    same = scan.query_rows[1:] == scan.query_rows[:-1]
    pieces = len(same) - int(same.sum()) + 1
    falling = scan.scores[1:] <= scan.scores[:-1]
    rising = scan.ranks[1:] >= scan.ranks[:-1]
    return pieces == len(scan.queries) and not len(scan.text_ranks) and bool((~same | falling & rising).all())


def _report(scan: Scan, lower: Ints, higher: Ints) -> Found:
    if not len(lower):
        return NOTHING
    first = int(np.argmin(lower))
    row, other = int(lower[first]), int(higher[first])
    queries = len(np.unique(scan.query_rows[lower]))
    return one(
        f"Ranks contradict scores in {queries} of {len(scan.queries)} queries, {len(lower)} times. First: "
        f"rank {scan.ranks[row]} has score {scan.scores[row]!s}, but rank {scan.ranks[other]} in line "
        f"{scan.line_number(other)} has {scan.scores[other]!s}. Scores decide, ranks are ignored: check that "
        "a higher score means a better document.",
        scan.line_number(row),
        scan.query(row),
    )


def _bad(odd: OddLine) -> str:
    return f"Expected a whole number as the fourth column, the rank, found {odd.text!r}. Are columns swapped?"
