"""Overviews as tables: which rows, which columns. No Streamlit, no scoring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from harness.leaderboard.facts import Facts
from harness.leaderboard.overview import Line, Overview
from harness.leaderboard.row import Row
from harness.leaderboard.sheets import csv_text
from leaderboard_app.columns import SCORE, column_on

Listed = Sequence[tuple[Line, Facts]]
"""Lines of an overview with their facts."""


def measures_of(rows: Sequence[Row]) -> list[str]:
    """Measures that all ``rows`` have, in the order of the catalogue: the headline first."""
    return [name for name in rows[0].measures if all(name in row.measures for row in rows)] if rows else []


def shared_measures(measures: Sequence[Sequence[str]]) -> list[str]:
    """Measures that stand in every list, in the order of the first."""
    first, *others = measures or [[]]
    return [name for name in first if all(name in other for other in others)]


def board_frame(found: Overview, listed: Listed, others: Sequence[str]) -> pd.DataFrame:
    """The board's table: a row a system, full precision.

    Args:
        others: further measures, of the only data set.
    """
    lines = [line for line, _ in listed]
    facts = [facts for _, facts in listed]
    total = len(found.datasets)
    first = [next(iter(line.rows.values())) for line in lines]
    columns: dict[str, object] = {
        "group": pd.array([line.group for line in lines], dtype="Int64"),
        "system": [line.system for line in lines],
        "data sets": [f"{len(line.rows)} of {total}" for line in lines],
        SCORE: pd.array([line.value for line in lines], dtype="Float64"),
        **{name: [row.measures[name] for row in first] for name in others},
    }
    if total > 1:
        columns |= {column_on(name): _cells(lines, name, found.measure) for name in found.datasets}
    columns |= {
        "family": [line.family for line in lines],
        "interval": [span(line.low, line.high) for line in lines],
        "open ranks": [open_ranks(line) for line in lines],
        "coverage": [coverage(each) for each in facts],
        "judged": pd.array([each.judged for each in facts], dtype="Float64"),
        "tied pairs": [each.tied_share for each in facts],
        "by tie order": [tie_span(row, found.measure) for row in first],
        "warnings": [each.warnings for each in facts],
        "first stage": [each.first_stage for each in facts],
        "re-rank depth": pd.array([each.rerank_depth for each in facts], dtype="Int64"),
        "reproduced": [badge(line, each) for line, each in listed],
        "date": [each.created for each in facts],
        "depth": [each.depth for each in facts],
        "calls": pd.array([each.calls for each in facts], dtype="Float64"),
        "tokens": pd.array([each.tokens for each in facts], dtype="Float64"),
        "cost": pd.array([each.cost for each in facts], dtype="Float64"),
        "index size": pd.array([each.index_bytes for each in facts], dtype="Float64"),
        "model size": pd.array([each.parameters for each in facts], dtype="Float64"),
        "training": [each.training for each in facts],
        "licence": [each.licence for each in facts],
        "description": [each.description for each in facts],
    }
    return pd.DataFrame(columns)


def _cells(lines: Sequence[Line], name: str, measure: str) -> pd.api.extensions.ExtensionArray:
    values = [line.rows[name].measures[measure] if name in line.rows else None for line in lines]
    return pd.array(values, dtype="Float64")


def span(low: float | None, high: float | None) -> str:
    """An interval in words; empty where there is none."""
    return f"{low:.4f} – {high:.4f}" if low is not None and high is not None and low == low else ""


def coverage(facts: Facts) -> str:
    """How many of the judged queries were answered, in words."""
    return f"{facts.answered:,} of {facts.judged_queries:,}"


def open_ranks(line: Line) -> str:
    """The ranks that are open for a line, ``3`` or ``3 – 7``."""
    if line.ranks is None:
        return ""
    low, high = line.ranks
    return str(low) if low == high else f"{low} – {high}"


def badge(line: Line, facts: Facts) -> str:
    """How many runs were reproduced, and when last; text, so that nothing depends on a colour."""
    if not facts.reproduced:
        return ""
    share = "" if len(line.rows) == 1 else f"{facts.reproduced} of {len(line.rows)} "
    return f"✓ {share}{facts.reproduced_last}".strip()


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


def board_csv(found: Overview, listed: Listed, digest: str) -> bytes:
    """The lines as CSV at full precision, with what identifies runs, engine and board.

    One column a data set; the hashes of a line's runs stand in their order, parted by blanks.
    """
    header = ["system", "family", "group", "ranks_from", "ranks_to", "value", "low", "high", "missing"]
    header += [f"{found.measure} {name}" for name in found.datasets]
    header += ["answered", "judged_queries", "judged_at_k", "tied_share", "warnings", "first_stage"]
    header += ["rerank_depth", "reproduced", "created", "training", "licence", "mean_over"]
    header += ["run_sha256", "engine", "board_digest"]
    rows = []
    for line, facts in listed:
        runs = list(line.rows.values())
        ranks = line.ranks or (None, None)
        row: list[object] = [line.system, line.family, line.group, *ranks, line.value, line.low, line.high]
        row.append(" ".join(line.missing))
        row += [line.rows[n].measures[found.measure] if n in line.rows else None for n in found.datasets]
        row += [facts.answered, facts.judged_queries, facts.judged, facts.tied_share, facts.warnings]
        row += [facts.first_stage, facts.rerank_depth, facts.reproduced, facts.created, facts.training]
        row += [facts.licence, " ".join(part for run in runs for part in run.parts or (run.dataset,))]
        row += [" ".join(run.sha256 for run in runs), runs[0].engine, digest]
        rows.append(row)
    return csv_text(header, rows).encode()


def facts_frame(facts: Mapping[str, str]) -> pd.DataFrame:
    """Names and values as a table of two columns for ``st.table``; the names are its index."""
    return pd.DataFrame({"": list(facts.values())}, index=list(facts))
