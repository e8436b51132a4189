"""Lines that are not six columns."""

from __future__ import annotations

from harness.runfiles.findings import Evidence, Found, odd_lines
from harness.runfiles.scan import OddLine

FORMAT = "qid Q0 docno rank score tag"


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
    advice = ""
    if odd.tokens > 6:
        advice = " Is there a blank in an id or in the tag?"
    elif odd.tokens == 5:
        advice = " Is the tag missing?"
    elif odd.tokens in (3, 4) and "\t" in odd.text:
        advice = " Is this MS MARCO's form? A run has Q0 as second column, a rank, a score and a tag."
    return f"Expected six columns ({FORMAT}), found {odd.tokens}: {odd.text!r}.{advice}"
