"""The fifth column."""

from __future__ import annotations

import numpy as np

from harness.runfiles.findings import Evidence, Found, at_rows, odd_lines
from harness.runfiles.scan import OddLine


def text_score(evidence: Evidence) -> Found:
    """trec_eval reads a text as 0 and ``1,5`` as 1, without a word; the others refuse it."""
    return odd_lines(evidence, "text-score", _text)


def nan_score(evidence: Evidence) -> Found:
    """Comparisons with NaN are false both ways, so that the order depends on the sorting code."""
    scan = evidence.scan
    rows = np.setdiff1d(np.flatnonzero(np.isnan(scan.scores)), scan.text_scores)
    return at_rows(
        evidence,
        rows,
        lambda row: (
            f"The score of document {scan.documents[row]} is NaN, which has no place in an order. "
            "Leave the document out, or give it a number."
        ),
    )


def infinite_score(evidence: Evidence) -> Found:
    """All engines order infinite scores alike, but no system means to write one."""
    scan = evidence.scan
    return at_rows(
        evidence,
        np.flatnonzero(np.isinf(scan.scores)),
        lambda row: (
            f"The score of document {scan.documents[row]} is {scan.scores[row]}; it is ordered as "
            "trec_eval orders it. Was a number too large, or a logarithm of 0 taken?"
        ),
    )


def _text(odd: OddLine) -> str:
    found = f"Expected a number such as 12.5 or 1e-3 as the fifth column, found {odd.text!r}."
    if odd.line == 1 and odd.text.isalpha():
        return f"{found} If this is a header, remove it: a run file has none."
    return f"{found} Write scores with a point and without separators."
