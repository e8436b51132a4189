"""Rows of the board as tables: which measures, which rows, which columns. No Streamlit, no scoring."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from harness.leaderboard.row import Row
from leaderboard_app.links import run_link

LINK = "link"


def measures_of(rows: Sequence[Row]) -> list[str]:
    """Measures that all ``rows`` have, in the order of the catalogue: the headline first."""
    return [name for name in rows[0].measures if all(name in row.measures for row in rows)] if rows else []


def shared_measures(measures: Sequence[Sequence[str]]) -> list[str]:
    """Measures that stand in every list, in the order of the first."""
    first, *others = measures or [[]]
    return [name for name in first if all(name in other for other in others)]


def select_rows(
    rows: Sequence[Row], dataset: str, families: Collection[str], words: str, measure: str
) -> list[Row]:
    """Rows of a data set that pass the filters, best value of ``measure`` first.

    Args:
        families: keep these; empty keeps all.
        words: every word must stand in system, family or description, whatever the case.
    """
    wanted = words.casefold().split()
    kept = [
        row
        for row in rows
        if row.dataset == dataset
        and (not families or row.family in families)
        and all(word in f"{row.system} {row.family} {row.description}".casefold() for word in wanted)
    ]
    return sorted(kept, key=lambda row: (-row.measures[measure], row.system))


def board_frame(rows: Sequence[Row], measures: Sequence[str], measure: str) -> pd.DataFrame:
    """The table of one data set: a row a system, one column for each of ``measures``, full precision.

    The range over all orders of tied documents is that of ``measure``.
    """
    columns: dict[str, list[object]] = {
        "system": [row.system for row in rows],
        LINK: [run_link(row.dataset, row.system) for row in rows],
        "family": [row.family for row in rows],
        **{name: [row.measures[name] for row in rows] for name in measures},
        "answered": [row.answered for row in rows],
        "tied pairs": [row.tied_share for row in rows],
        "by tie order": [tie_span(row, measure) for row in rows],
        "warnings": [row.issues.get("warning", 0) for row in rows],
        "depth": [row.depth for row in rows],
        "date": [row.created[:10] for row in rows],
        "description": [" ".join(row.description.split()) for row in rows],
    }
    return pd.DataFrame(columns)


def tie_span(row: Row, measure: str) -> str:
    """Lowest to highest value over all orders of tied documents; empty where they do not differ."""
    lowest, _, highest = row.tie_ranges.get(measure, (0.0, 0.0, 0.0))
    return f"{lowest:.4f} to {highest:.4f}" if f"{lowest:.4f}" != f"{highest:.4f}" else ""


def score_frame(row: Row, measures: Sequence[str]) -> pd.DataFrame:
    """Measures of one run: the score, and what it could be if ties were broken otherwise."""
    unknown = (None, None, None)
    ranges = [row.tie_ranges.get(name, unknown) for name in measures]
    return pd.DataFrame(
        {
            "measure": list(measures),
            "score": [row.measures[name] for name in measures],
            "lowest": pd.array([found[0] for found in ranges], dtype="Float64"),
            "expected": pd.array([found[1] for found in ranges], dtype="Float64"),
            "highest": pd.array([found[2] for found in ranges], dtype="Float64"),
        }
    )


def board_csv(rows: Sequence[Row], measures: Sequence[str], digest: str) -> bytes:
    """The rows as CSV at full precision, with what identifies run, engine and board."""
    frame = pd.DataFrame(
        {
            "dataset": [row.dataset for row in rows],
            "system": [row.system for row in rows],
            "family": [row.family for row in rows],
            **{name: [row.measures[name] for row in rows] for name in measures},
            "answered": [row.answered for row in rows],
            "judged_queries": [row.judged_queries for row in rows],
            "tied_share": [row.tied_share for row in rows],
            "warnings": [row.issues.get("warning", 0) for row in rows],
            "depth": [row.depth for row in rows],
            "created": [row.created for row in rows],
            "mean_over": [" ".join(row.parts) for row in rows],
            "run_sha256": [row.sha256 for row in rows],
            "engine": [row.engine for row in rows],
            "board_digest": [digest] * len(rows),
        }
    )
    text: str = frame.to_csv(index=False, lineterminator="\n")
    return text.encode()


def facts_frame(facts: Mapping[str, str]) -> pd.DataFrame:
    """Names and values as a table of two columns for ``st.table``; the names are its index."""
    return pd.DataFrame({"": list(facts.values())}, index=list(facts))
