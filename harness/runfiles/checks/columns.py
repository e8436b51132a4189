"""Lines that are not six columns."""

from __future__ import annotations

import re

from harness.runfiles.findings import Evidence, Found, odd_lines
from harness.runfiles.lines import COLUMNS
from harness.runfiles.scan import OddLine

FORMAT = "qid Q0 docno rank score tag"
JUDGMENT = re.compile(r"\S+\s+(0|Q0)\s+\S+\s+-?\d+")
"""What a line of TREC's judgments looks like."""


def wrong_columns(evidence: Evidence) -> Found:
    """Engines refuse fewer columns; trec_eval ignores more, the others refuse them."""
    return odd_lines(evidence, "wrong-columns", _wrong)


def comment_line(evidence: Evidence) -> Found:
    """trec_eval 10 skips it, trec_eval 9 may take it for a query, the others refuse it."""
    return odd_lines(
        evidence,
        "comment-line",
        lambda odd: (
            f"The line starts with '#': {odd.text!r}. A run file has no comments; remove the line, or "
            "rename the query."
        ),
    )


def blank_line(evidence: Evidence) -> Found:
    """A warning, since nothing can be lost with it and the engines that read on agree on the values."""
    return odd_lines(
        evidence, "blank-line", lambda _: "The line is blank and is skipped; ranx and pytrec_eval refuse it."
    )


def _wrong(odd: OddLine) -> str:
    return f"Expected six columns ({FORMAT}), found {odd.tokens}: {odd.text!r}.{_advice(odd)}"


def _advice(odd: OddLine) -> str:
    """What the line looks like, and what to do about it."""
    text = odd.text.strip()
    if "\r" in text:
        return " Its lines end with a carriage return alone, as on old Macs: end them with a line feed."
    if text.startswith(("{", "[")):
        return (
            " This looks like JSON; harness.Run.from_dict takes {query: {document: score}}, "
            "harness.write_run writes the file."
        )
    if odd.tokens == 1 and text.count(",") >= 2:
        return " This looks like CSV: part the columns by blanks or tabs, without a header."
    if odd.tokens > COLUMNS:
        return " Is there a blank in an id or in the tag?"
    if odd.tokens == 5:
        return " Is the tag missing?"
    if JUDGMENT.fullmatch(text):
        return " This looks like a judgment: is it a file for --qrels?"
    if odd.tokens in (3, 4) and "\t" in odd.text:
        return " Is this MS MARCO's form? A run has Q0 as second column, a rank, a score and a tag."
    return ""
