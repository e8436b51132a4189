"""Bytes that are not plain UTF-8 text."""

from __future__ import annotations

from harness.runfiles.findings import NOTHING, Evidence, Found, odd_lines, one
from harness.runfiles.scan import OddLine

BEGINNINGS = {  # as bytes that are no UTF-8 are shown
    "\\xff\\xfe": "UTF-16",
    "\\xfe\\xff": "UTF-16",
    "BZh": "a bzip2 file",
    "\\xfd7zXZ": "an xz file",
    "PK\x03\x04": "a zip archive, which harness submit takes, and no other command",
    "\\x89PNG": "a picture",
    "%PDF": "a PDF",
}
"""What files begin with that people name by mistake."""


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
        lambda odd: f"The line holds a control character: {odd.text!r}. {_nuls(odd.text)}",
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
    starts = (kind for start, kind in BEGINNINGS.items() if odd.line == 1 and odd.text.startswith(start))
    kind = next(starts, "")
    guess = f" It looks like {kind}." if kind else ""
    return (
        f"The line is not UTF-8: {odd.text!r}.{guess} Save the file as UTF-8; of compressed files only gzip "
        "and zstd are read."
    )


def _nuls(text: str) -> str:
    """Advice by how NUL stands in a line: in rows in a tar archive, behind each letter in UTF-16."""
    if "\0\0\0" in text:
        return "It looks like a tar archive or another binary file; a run file stands alone."
    if 2 * text.count("\0") >= len(text) - 1 > 1:
        return "It looks like UTF-16; save the file as UTF-8."
    return "Remove it; ids are printable text."
