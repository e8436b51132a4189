"""The table of checks: a code, how grave it is, what it means and where it is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from harness.registry import Registry


class Check(NamedTuple):
    """One check.

    ``severity`` is ``error``, ``warning`` or ``note``; an error of the file ``alone`` (one that needs no
    data set to be seen) makes a run unreadable. ``meaning`` is a sentence, ``function`` a
    ``"module:function"`` that takes :class:`~harness.runfiles.findings.Evidence` and returns
    :class:`~harness.runfiles.findings.Found`.
    """

    severity: str
    alone: bool
    meaning: str
    function: str

    @property
    def makes_unreadable(self) -> bool:
        """Whether a run with this finding cannot be read at all."""
        return self.alone and self.severity == "error"


_HERE = "harness.runfiles.checks"
CHECKS: Mapping[str, Check] = {
    "truncated": Check(
        "error", True, "Compressed data is cut off or damaged.", f"{_HERE}.container:truncated"
    ),
    "too-large": Check("error", True, "The file exceeds a limit.", f"{_HERE}.container:too_large"),
    "empty": Check("error", True, "The file ranks nothing.", f"{_HERE}.container:empty"),
    "byte-order-mark": Check(
        "error", True, "The file starts with a byte order mark.", f"{_HERE}.encoding:byte_order_mark"
    ),
    "not-utf8": Check("error", True, "A line is not UTF-8.", f"{_HERE}.encoding:not_utf8"),
    "control-character": Check(
        "error", True, "A line holds a control character.", f"{_HERE}.encoding:control_character"
    ),
    "unicode-space": Check(
        "warning", True, "An id or tag holds a Unicode space.", f"{_HERE}.encoding:unicode_space"
    ),
    "wrong-columns": Check("error", True, "A line has not six columns.", f"{_HERE}.columns:wrong_columns"),
    "comment-line": Check("error", True, "A line starts with '#'.", f"{_HERE}.columns:comment_line"),
    "blank-line": Check("warning", True, "A line is blank.", f"{_HERE}.columns:blank_line"),
    "text-score": Check("error", True, "A score is not a number.", f"{_HERE}.scores:text_score"),
    "nan-score": Check("error", True, "A score is NaN.", f"{_HERE}.scores:nan_score"),
    "infinite-score": Check("warning", True, "A score is infinite.", f"{_HERE}.scores:infinite_score"),
    "bad-rank": Check("error", True, "A rank is not a whole number.", f"{_HERE}.ranks:bad_rank"),
    "rank-contradicts-score": Check(
        "warning", True, "Ranks and scores order documents differently.", f"{_HERE}.ranks:contradiction"
    ),
    "duplicate-document": Check(
        "error", True, "A document is ranked twice for a query.", f"{_HERE}.duplicates:duplicate_document"
    ),
    "mixed-tags": Check("warning", True, "The lines have several tags.", f"{_HERE}.tags:mixed_tags"),
    "long-tag": Check("note", True, "The tag has more than 20 characters.", f"{_HERE}.tags:long_tag"),
    "ties": Check("note", True, "Documents have equal scores.", f"{_HERE}.ties:ties"),
    "unknown-query": Check(
        "error", False, "The data set has no such query.", f"{_HERE}.queries:unknown_query"
    ),
    "missing-queries": Check(
        "warning", False, "A judged query has no documents.", f"{_HERE}.queries:missing_queries"
    ),
    "too-deep": Check("error", False, "A query has too many documents.", f"{_HERE}.queries:too_deep"),
    "unknown-document": Check(
        "error", False, "The data set has no such document.", f"{_HERE}.documents:unknown_document"
    ),
    "self-match": Check(
        "warning", False, "A query retrieves the document of its own id.", f"{_HERE}.documents:self_match"
    ),
}

FUNCTIONS = Registry("check", {code: check.function for code, check in CHECKS.items()})
