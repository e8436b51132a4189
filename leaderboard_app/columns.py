"""What each column of the board means, in words, and how it is shown."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from harness.errors import HarnessError
from harness.evaluation.measure import parse_measure
from leaderboard_app.frames import LINK

FACTS = ("family", "answered", "tied pairs", "by tie order", "warnings", "depth", "date", "description")
"""Columns that are not measures, in the order of the table."""

HIDDEN = ("description",)
"""Columns that are shown on request only."""

HELP = {
    "family": "What kind of retrieval it is, as its card says: lexical, dense, fusion, …",
    "answered": "Judged queries for which the run returned at least one document. "
    "A query without results stays in the mean with the measure's lowest value.",
    "tied pairs": "Share of pairs of documents of a query that have the same score. Ties are broken by "
    "document id; many of them make a value depend on the names of documents.",
    "by tie order": "Lowest and highest value of the chosen measure over all orders of tied documents; "
    "empty where the order makes no difference to four decimals.",
    "warnings": "Findings of validation that do not forbid scoring; the run's page lists them.",
    "depth": "The most documents that the run may return for a query.",
    "date": "The day the run was made, in UTC.",
    "description": "What the card says about the system.",
}


def measure_help(name: str) -> str:
    """The meaning of a measure in a sentence, from the table of measures."""
    try:
        meaning = parse_measure(name).definition.meaning
    except HarnessError:
        return "Mean over all judged queries."
    return f"{meaning} Mean over all judged queries."


def board_columns(measures: Sequence[str], judged: int) -> dict[str, ColumnConfig]:
    """Column settings of a data set's table; ``judged`` is its number of judged queries."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "system": text("System", pinned=True, help="The system's name; with the data set it names the run."),
        LINK: st.column_config.LinkColumn(
            "Run", display_text="open", width=60, help="Opens the run's own page; its address is a permalink."
        ),
        "family": text("Family", help=HELP["family"]),
        **{name: number(name, format="%.4f", help=measure_help(name)) for name in measures},
        "answered": number(f"Answered / {judged:,}", help=HELP["answered"]),
        "tied pairs": number("Tied pairs", format="percent", help=HELP["tied pairs"]),
        "by tie order": text("By tie order", width=135, help=HELP["by tie order"]),
        "warnings": number("Warnings", help=HELP["warnings"]),
        "depth": number("Depth", help=HELP["depth"]),
        "date": text("Date", help=HELP["date"]),
        "description": text("Description", width="large", help=HELP["description"]),
    }
