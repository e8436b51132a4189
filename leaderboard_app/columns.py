"""What each column of the board means, in words, and how it is shown."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.elements.lib.column_types import ButtonColumnResult, ColumnConfig

from harness.errors import HarnessError
from harness.evaluation.measure import parse_measure
from harness.leaderboard.facts import ACCOUNTS

SCORE = "score"

OPENED = "open_row"
"""Key of a click on a system's name in the table."""

FACTS = (
    "family",
    "interval",
    "open ranks",
    "coverage",
    "judged",
    "tied pairs",
    "by tie order",
    "warnings",
    "first stage",
    "re-rank depth",
    *ACCOUNTS,
    "reproduced",
    "date",
    "depth",
    "index size",
    "model size",
    "training",
    "licence",
    "description",
)
"""Columns that are not measures, in the order of the table; accounts are there if some card tells them."""

ONLY_ONE = ("by tie order",)
"""Columns that only a single data set has."""

HIDDEN = (
    "depth",
    "index size",
    "model size",
    "training",
    "licence",
    "description",
    "warnings",
    "by tie order",
)
"""Columns that are shown on request only."""

NAME_WIDTH = 195
"""Of the column of systems, in pixels: 25 characters are whole, and a phone has room for the score, too."""

HELP = {
    "group": "1 + the number of systems that are significantly better: nobody is better than those of "
    "group 1. Rows are ordered by score; a number can fall from one row to the next where a system differs "
    "from others less evenly. Systems of one group may still differ from each other; the compare page tells.",
    "family": "What kind of retrieval it is, as its card says: lexical, dense, fusion, …",
    "interval": "Where the score would lie with other queries on the same data sets, at 95 %. Two can "
    "differ although their intervals overlap, since both meet the same queries.",
    "open ranks": "The ranks that the tests leave open for the system.",
    "data sets": "How many of the data sets the system has. One that lacks some is not averaged or ranked.",
    "coverage": "For how many of the judged queries the run returned at least one document. "
    "A query without results stays in the mean with the measure's lowest value.",
    "judged": "Share of the top documents that somebody judged (Judged@k). Where it is low, the score may be "
    "too low: unjudged documents count as not relevant.",
    "tied pairs": "Share of pairs of documents of a query that have the same score. Ties are broken by "
    "document id; many of them make a value depend on the names of documents.",
    "by tie order": "Lowest and highest value of the measure over all orders of tied documents; "
    "empty where the order makes no difference to four decimals.",
    "warnings": "Findings of validation that do not forbid scoring; the run's page lists them.",
    "first stage": "What searches the whole collection, as the card says.",
    "re-rank depth": "How many documents of a query a later stage puts in order anew; empty without one.",
    "reproduced": "How many of its runs were made again here with the same score, and when last.",
    "date": "The day the newest run was made, in UTC.",
    "depth": "The most documents that the run may return for a query.",
    "calls": "Calls of a model for all queries, as the card reports them.",
    "tokens": "Tokens through a model for all queries, as the card reports them.",
    "cost": "Money for all queries, as the card reports it.",
    "index size": "Bytes of the index on the largest data set shown, as the card reports them.",
    "model size": "Parameters of the largest model, as the card reports them (fact model_parameters).",
    "training": "Whether the card declares training on one of the data sets shown.",
    "licence": "Of the system or its weights, as the card says.",
    "description": "What the card says about the system.",
}


def measure_help(name: str) -> str:
    """The meaning of a measure in a sentence, from the table of measures."""
    try:
        meaning = parse_measure(name).definition.meaning
    except HarnessError:
        return "Mean over all judged queries."
    return f"{meaning} Mean over all judged queries."


def board_columns(
    measure: str, others: Sequence[str], datasets: Sequence[str]
) -> dict[str, ColumnConfig | ButtonColumnResult]:
    """Column settings of the board's table."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    several = len(datasets) > 1
    score = f"Mean {measure}" if several else measure
    what = f"{measure_help(measure)}"
    if several:
        what += f" Here the mean over {len(datasets)} data sets, which weigh the same."
    words = {name: text(name.capitalize(), help=HELP[name]) for name in FACTS}
    return {
        "group": number("Group", pinned=True, width=55, help=HELP["group"]),
        "system": st.column_config.ButtonColumn(
            "System",
            type="tertiary",
            alignment="left",
            pinned=True,
            width=NAME_WIDTH,
            key=OPENED,
            help="A click on the name, or Enter, opens the system's page. By keyboard: the arrows move in "
            "the table, Shift and Space mark a row, links to it stand below the table then.",
        ),
        # To the left, the mean is whole on a phone, where the column's long heading is not.
        SCORE: number(score, format="%.4f", help=what, alignment="left" if several else None),
        **{name: number(name, format="%.4f", help=measure_help(name)) for name in others},
        **(
            {column_on(name): number(name, format="%.4f", help=what_on(measure, name)) for name in datasets}
            if several
            else {}
        ),
        **words,
        "data sets": text("Data sets", width=80, help=HELP["data sets"]),
        "interval": text("95 % interval", width=120, help=HELP["interval"]),
        "open ranks": text("Open ranks", width=80, help=HELP["open ranks"]),
        "by tie order": text("By tie order", width=135, help=HELP["by tie order"]),
        "description": text("Description", width="large", help=HELP["description"]),
        "coverage": text("Coverage", width=80, help=HELP["coverage"]),
        "judged": number("Judged", format="percent", help=HELP["judged"]),
        "tied pairs": number("Tied pairs", format="percent", help=HELP["tied pairs"]),
        "index size": number("Index size", format="bytes", help=HELP["index size"]),
        "model size": number("Model size", format="compact", help=HELP["model size"]),
        **{name: number(name.capitalize(), format=look, help=HELP[name]) for name, look in NUMBERS.items()},
        "re-rank depth": number("Re-rank depth", width=98, help=HELP["re-rank depth"]),
    }


NUMBERS = {"warnings": None, "depth": None, "calls": "localized", "tokens": "localized", "cost": None}
"""Facts that are numbers, and how they are written."""


def column_on(dataset: str) -> str:
    """The key of a data set's column, which no other column has whatever the data set is called."""
    return f"on {dataset}"


def what_on(measure: str, dataset: str) -> str:
    """The help of a data set's column."""
    return f"{measure} on {dataset}: mean over its judged queries."
