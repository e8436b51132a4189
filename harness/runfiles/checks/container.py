"""The file as a whole: can its bytes be had, are they few enough, is anything in them?"""

from __future__ import annotations

from harness.runfiles.findings import NOTHING, Evidence, Found, one
from harness.words import many

SET_ASIDE_QUIETLY = {"blank-line", "unicode-space", "comment-line"}


def truncated(evidence: Evidence) -> Found:
    """Compressed data that ends too early or does not match its checksum."""
    return _stopped(evidence, "truncated")


def too_large(evidence: Evidence) -> Found:
    """More bytes, lines or bytes in a line than the limits allow, as in a decompression bomb."""
    long_lines = evidence.scan.odd.get("too-large")
    if long_lines:
        return one(
            f"{many(long_lines.total, 'line is', 'lines are')} longer than the limit; this is the first. "
            "Check that the file is a run, or raise Limits.line_bytes.",
            long_lines.samples[0].line,
        )
    return _stopped(evidence, "too-large")


def empty(evidence: Evidence) -> Found:
    """No line that ranks a document: engines answer 0.0, an error or nothing, and none is a score."""
    scan = evidence.scan
    if len(scan.scores) or scan.stop or set(scan.odd) - SET_ASIDE_QUIETLY:
        return NOTHING
    return one("The file ranks no document. Expected lines of: qid Q0 docno rank score tag.")


def _stopped(evidence: Evidence, code: str) -> Found:
    stop = evidence.scan.stop
    if stop is None or stop.code != code:
        return NOTHING
    return one(stop.message, stop.line)
