"""Bytes that are not plain UTF-8 text."""

from __future__ import annotations

from harness.runfiles.findings import NOTHING, Evidence, Found, odd_lines, one
from harness.runfiles.scan import OddLine


def byte_order_mark(evidence: Evidence) -> Found:
    """A mark before the first query id becomes part of it, so that the query scores 0 unnoticed."""
    if not evidence.scan.marked:
        return NOTHING
    return one(
        "The file starts with a UTF-8 byte order mark, which engines read as part of the first query id. "
        "Save it as UTF-8 without a mark.",
        1,
    )


def not_utf8(evidence: Evidence) -> Found:
    """Bytes in another encoding: readers in Python stop, trec_eval goes on."""
    return odd_lines(evidence, "not-utf8", _encoding)


def control_character(evidence: Evidence) -> Found:
    """NUL and its neighbours, which end or change an id in some engines."""
    return odd_lines(
        evidence,
        "control-character",
        lambda odd: f"The line holds a control character: {odd.text!r}. Remove it; ids are printable text.",
    )


def unicode_space(evidence: Evidence) -> Found:
    """No-break spaces and the like: part of the id here and in trec_eval, a separator to Python's split."""
    return odd_lines(
        evidence,
        "unicode-space",
        lambda odd: (
            f"The line holds a Unicode space: {odd.text!r}. It is read as part of the id, as trec_eval "
            "does; readers in Python split there. Replace it, say by '_'."
        ),
    )


def _encoding(odd: OddLine) -> str:
    utf16 = odd.text.startswith(("\\xff\\xfe", "\\xfe\\xff"))  # as bytes that are no UTF-8 are shown
    guess = " It looks like UTF-16." if utf16 else ""
    return (
        f"The line is not UTF-8: {odd.text!r}.{guess} Save the file as UTF-8; of compressed files only gzip "
        "and zstd are read."
    )
