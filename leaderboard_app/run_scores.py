"""Sections of a run's page about its scores: means, tie order, values per query, findings of validation."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from harness.leaderboard.row import Row
from leaderboard_app.charts import histogram
from leaderboard_app.columns import measure_help
from leaderboard_app.frames import score_frame
from leaderboard_app.links import plain
from leaderboard_app.store import RunDetail, read_per_query
from leaderboard_app.view_state import choose_one


def show_scores(row: Row, measures: Sequence[str]) -> None:
    """The means, and what computed them over what."""
    with st.container(horizontal=True):
        for name in measures:
            st.metric(
                plain(name), f"{row.measures[name]:.4f}", border=True, help=measure_help(name), width=150
            )
    flags = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in row.flags.items())
    st.caption(
        f"Scores computed here by {plain(row.engine)}{', ' + plain(flags) if flags else ''}, "
        f"over {row.judged_queries:,} judged {'query' if row.judged_queries == 1 else 'queries'}, "
        f"of which the run answers {row.answered:,}; "
        f"{row.tied_share:.1%} of the pairs of documents of a query are tied."
    )
    if row.tie_ranges:
        show_tie_ranges(row, measures)


def show_tie_ranges(row: Row, measures: Sequence[str]) -> None:
    """What the scores could be if documents with equal scores stood in another order."""
    number = st.column_config.NumberColumn
    with st.expander("Full precision, and what the scores would be if ties were broken otherwise"):
        st.dataframe(
            score_frame(row, measures),
            hide_index=True,
            placeholder="",
            column_config={
                "measure": st.column_config.TextColumn("Measure", help="In the notation of ir_measures."),
                "score": number(
                    "Score", format="%.12f", help="Ties broken by document id, as trec_eval does."
                ),
                "lowest": number("Lowest", format="%.6f", help="The worst order of tied documents."),
                "expected": number("Expected", format="%.6f", help="The mean over all orders."),
                "highest": number("Highest", format="%.6f", help="The best order of tied documents."),
            },
            alt="Scores at full precision with their range over all orders of tied documents",
        )


def show_per_query(row: Row, measures: Sequence[str]) -> None:
    """Values of one measure: how they are spread, and each with its query."""
    st.header("Query by query")
    measure = choose_one(
        "Measure", "measure", measures, help="The measure of the chart and the table.", width=170
    )
    found = read_per_query(row.dataset, [row.system], measure)
    values = found.values[0].tolist()
    frame = pd.DataFrame({"query": found.ids, "text": found.texts, "value": values})
    left, right = st.columns([3, 2])
    with left:
        st.dataframe(
            frame.sort_values(["value", "query"], kind="stable"),
            hide_index=True,
            height=300,
            column_config={
                "query": st.column_config.TextColumn("Query", help="The query's id.", width="small"),
                "text": st.column_config.TextColumn("Text", help="What was searched for.", width="large"),
                "value": st.column_config.NumberColumn(measure, format="%.4f", help=measure_help(measure)),
            },
            alt=f"{measure} of every query, lowest first",
        )
    with right:
        st.altair_chart(histogram(values, measure), alt=f"How many queries have which {measure}")
    st.caption("Lowest values first; click a heading to order by it.")


def show_issues(detail: RunDetail, *, whole: bool) -> None:
    """Findings of validation; not ``whole`` where their words could tell of hidden judgments."""
    st.header("Validation")
    if not detail.issues:
        st.write("Nothing was found.")
        return
    frame = pd.DataFrame([issue._asdict() for issue in detail.issues])
    frame["line"] = frame["line"].astype("Int64")
    columns = ("severity", "code", "line", "query_id", "message") if whole else ("severity", "code")
    st.dataframe(
        frame[[name for name in columns if frame[name].notna().any()]],  # a hidden column would be sent, too
        hide_index=True,
        placeholder="",
        column_config={
            "severity": st.column_config.TextColumn(
                "Severity", width=90, help="Warnings and notes forbid nothing."
            ),
            "code": st.column_config.TextColumn(
                "Code", width=150, help="The manual's page on validation explains it."
            ),
            "line": st.column_config.NumberColumn(
                "Line", width=70, help="Line of the run file.", format="%d"
            ),
            "query_id": st.column_config.TextColumn("Query", width=90, help="The query's id."),
            "message": st.column_config.TextColumn("Message", help="What was found."),
        },
        alt="Findings of validation",
    )
