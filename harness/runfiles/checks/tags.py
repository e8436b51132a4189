"""The sixth column."""

from __future__ import annotations

from harness.runfiles.findings import NOTHING, Evidence, Found, one
from harness.words import many

TREC_TAG_CHARACTERS = 20


def mixed_tags(evidence: Evidence) -> Found:
    """Several tags mostly mean that files of several systems were joined."""
    scan = evidence.scan
    if scan.second_tag is None:
        return NOTHING
    shown = ", ".join(f"{tag} ({many(rows, 'line')})" for tag, rows in list(scan.tags.items())[:5])
    more = f" and {len(scan.tags) - 5} more" if len(scan.tags) > 5 else ""
    return one(
        f"The file has {len(scan.tags)} tags: {shown}{more}; this is the first line of the second. "
        "One run has one tag: were files of several systems joined?",
        scan.line_number(scan.second_tag),
    )


def long_tag(evidence: Evidence) -> Found:
    """NIST's submission forms take 20 characters."""
    longest = max(evidence.scan.tags, key=len, default="")
    if len(longest) <= TREC_TAG_CHARACTERS:
        return NOTHING
    return one(
        f"The tag {longest[:80]} has {len(longest)} characters; TREC's forms take {TREC_TAG_CHARACTERS}."
    )
