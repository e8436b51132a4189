"""A receipt in words: what was decided, what was found, what was scored."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from harness.submissions.receipt import EntryReport, Finding, Receipt
from leaderboard_app.links import page_link, plain

WORDS = {
    "published": "Published: the run is on the board.",
    "held": "Held: a curator has to look at it first. Nothing of it is shown until then.",
    "refused": "Refused; nothing was changed. What was found stands below.",
    "duplicate": "Nothing new: the board has this very run of this system.",
    "would-publish": "Everything is in order: it would be published.",
    "would-hold": "It would be held until a curator has looked at it.",
    "would-refuse": "It would be refused for what stands below.",
}


def show_receipt(receipt: Receipt) -> None:
    """The whole answer to a submission."""
    words = plain(WORDS.get(receipt.outcome, receipt.outcome))
    if not receipt.ok:
        st.error(words, icon=":material/cancel:")
    elif receipt.outcome in ("published", "would-publish"):
        st.success(words, icon=":material/check_circle:")
    else:
        st.info(words, icon=":material/info:")
    show_findings(receipt.findings, "The upload")
    for entry in receipt.entries:
        show_entry(entry, on_board=receipt.outcome == "published")
    st.caption(plain(f"Receipt {receipt.id}, {receipt.time}"))


def show_entry(entry: EntryReport, *, on_board: bool) -> None:
    """One run of the submission."""
    st.header(plain(f"{entry.system or 'A run'} on {entry.dataset or 'an unknown data set'}"))
    if entry.scores:
        with st.container(horizontal=True):
            for name, value in entry.scores.items():
                st.metric(plain(name), f"{value:.4f}", border=True, width=150)
        st.caption(f"{entry.answered:,} of {entry.judged_queries:,} judged queries answered.")
    if on_board:
        page_link("run", "See it on the board", {"dataset": entry.dataset, "system": entry.system})
    for flag in entry.flags:
        st.warning(plain(flag.message) + (" A curator looks at it first." if flag.holds else ""))
    for twin in entry.duplicates:
        st.warning(plain(f"It resembles the published run of {twin.system}: {twin.kind.replace('-', ' ')}."))
    show_findings(entry.findings, f"{entry.system} on {entry.dataset}")


def show_findings(findings: tuple[Finding, ...], about: str) -> None:
    """A row a finding, with its place in the file."""
    if not findings:
        return
    frame = pd.DataFrame(
        {
            "severity": [each.severity for each in findings],
            "where": [
                f"{each.file}:{each.line}" if each.line else f"{each.file} {each.key or ''}".strip()
                for each in findings
            ],
            "message": [each.message for each in findings],
            "code": [each.code for each in findings],
        }
    )
    text = st.column_config.TextColumn
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            "severity": text("Severity", width=90, help="Errors forbid publication; the rest does not."),
            "where": text("Where", width="medium", help="File and line, or the key of the card."),
            "message": text("What was found", width="large", help="And how to mend it."),
            "code": text("Code", width=150, help="The manual explains it."),
        },
        alt=f"Findings: {about}",
    )
