"""Sections of a system's page: scores on all data sets, profile against a baseline, findings."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import altair as alt
import pandas as pd
import streamlit as st

from harness.leaderboard.facts import judged_at, reproduction_of
from harness.leaderboard.row import Row
from leaderboard_app.charts import BAR, OTHER
from leaderboard_app.columns import HELP, measure_help
from leaderboard_app.links import plain, run_link
from leaderboard_app.store import Snapshot, read_detail
from leaderboard_app.view_state import choose_one


def measures_somewhere(rows: Sequence[Row]) -> list[str]:
    """Measures of any of the rows, those of most rows first."""
    names = [name for row in rows for name in row.measures]
    return sorted(dict.fromkeys(names), key=lambda name: -names.count(name))


def show_scores(snapshot: Snapshot, rows: Sequence[Row], measure: str) -> None:
    """A row a data set: the score, its place among all systems, coverage, the run's page."""
    having = [row for row in rows if measure in row.measures]
    frame = pd.DataFrame(
        {
            "data set": [row.dataset for row in having],
            "link": [run_link(row.dataset, row.system) for row in having],
            "score": [row.measures[measure] for row in having],
            "place": [place_of(snapshot, row, measure) for row in having],
            "coverage": [row.answered / row.judged_queries if row.judged_queries else None for row in having],
            "judged": pd.array([judged_at(row) for row in having], dtype="Float64"),
            "tied": [row.tied_share for row in having],
            "findings": [row.issues.get("warning", 0) for row in having],
            "reproduced": [
                f"{told.get('verdict', '')} {told.get('time', '')[:10]}".strip()
                for told in map(reproduction_of, having)
            ],
            "date": [row.created[:10] for row in having],
            "version": [row.version for row in having],
        }
    )
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        frame,
        hide_index=True,
        placeholder="",
        column_order=[name for name in frame if name != "version" or (frame[name] > 1).any()],
        column_config={
            "data set": text("Data set", pinned=True, help="Its name in the catalogue."),
            "link": st.column_config.LinkColumn("Run", display_text="open", width=60, help="The run's page."),
            "score": number(measure, format="%.4f", help=measure_help(measure)),
            "place": text("Place", help="By this measure, among all systems with a run on the data set."),
            "coverage": number("Coverage", format="percent", help=HELP["coverage"]),
            "judged": number("Judged", format="percent", help=HELP["judged"]),
            "tied": number("Tied pairs", format="percent", help=HELP["tied pairs"]),
            "findings": number("Warnings", help=HELP["warnings"]),
            "reproduced": text("Reproduced", help="Verdict and day of the last reproduction here."),
            "date": text("Date", help="The day the run was made, in UTC."),
            "version": number("Version", help="Counts the runs of this system on the data set."),
        },
        alt=f"Scores of {rows[0].system} on all data sets",
    )


def place_of(snapshot: Snapshot, row: Row, measure: str) -> str:
    """``2 of 9`` by a measure."""
    others = [other.measures[measure] for other in snapshot.rows_on(row.dataset) if measure in other.measures]
    better = sum(value > row.measures[measure] for value in others)
    return f"{better + 1} of {len(others)}"


def show_profile(snapshot: Snapshot, rows: Sequence[Row], measure: str) -> None:
    """Bars of the system beside those of another, data set by data set."""
    own = {row.dataset: row.measures[measure] for row in rows if measure in row.measures}
    rivals = [
        name
        for name, found in snapshot.systems.items()
        if name != rows[0].system and any(row.dataset in own and measure in row.measures for row in found)
    ]
    st.header("Profile")
    if not rivals:
        st.caption("No other system has a run on these data sets.")
        return
    first = sorted(
        rivals, key=lambda name: (-shared_with(snapshot, name, own, measure), name != "bm25", name)
    )
    baseline = choose_one(
        "Against", "baseline", first, help="Another system with runs on the same data sets.", width=260
    )
    theirs = {
        row.dataset: row.measures[measure] for row in snapshot.systems[baseline] if measure in row.measures
    }
    shared = [name for name in own if name in theirs]
    data = pd.DataFrame(
        {
            "data set": [name for name in shared for _ in range(2)],
            "system": [name for _ in shared for name in (rows[0].system, baseline)],
            "value": [value for name in shared for value in (own[name], theirs[name])],
        }
    )
    chart = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            y=alt.Y("data set:N", sort=None, title=None, axis=alt.Axis(labelLimit=220)),
            yOffset=alt.YOffset("system:N", sort=None),
            x=alt.X("value:Q", title=measure, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=8)),
            color=alt.Color(
                "system:N",
                sort=None,
                title=None,
                scale=alt.Scale(domain=[rows[0].system, baseline], range=[BAR, OTHER]),
                legend=alt.Legend(orient="top", labelLimit=400),
            ),
            tooltip=[
                alt.Tooltip("data set:N", title="Data set"),
                alt.Tooltip("system:N", title="System"),
                alt.Tooltip("value:Q", title=measure, format=".4f"),
            ],
        )
        .properties(height=alt.Step(14))
    )
    st.altair_chart(chart, alt=f"{measure} of {rows[0].system} and {baseline} on each data set")
    gap = [own[name] - theirs[name] for name in shared]
    st.caption(
        f"{plain(rows[0].system)} has the higher {plain(measure)} on {sum(g > 0 for g in gap)} of "
        f"{len(shared)} shared data sets; the compare page says which differences are real."
    )


def shared_with(snapshot: Snapshot, system: str, datasets: Collection[str], measure: str) -> int:
    """On how many of the data sets another system has the measure, too."""
    return sum(row.dataset in datasets and measure in row.measures for row in snapshot.systems[system])


def show_findings(snapshot: Snapshot, runs: Sequence[Row]) -> None:
    """What validation found in any of the runs, one line a data set and kind of finding."""
    st.header("Findings")
    rows = []
    for row in runs:
        if not row.parts and any(row.issues.values()):
            rows += _found_in(row, whole=snapshot.policy(row.dataset).per_query)
    if not rows:
        st.write("Validation found nothing in its runs.")
        return
    text = st.column_config.TextColumn
    st.dataframe(
        pd.DataFrame(rows, columns=["data set", "severity", "code", "number", "message"]),
        hide_index=True,
        placeholder="",
        column_config={
            "data set": text("Data set", pinned=True, help="Of the run."),
            "severity": text("Severity", width=80, help="Warnings and notes forbid nothing."),
            "code": text("Code", help="The manual's page on run files explains it."),
            "number": st.column_config.NumberColumn("Times", width=60, help="The run's page lists them."),
            "message": text("The first of them", width="large", help="As validation words it."),
        },
        alt=f"Findings in the runs of {runs[0].system}",
    )


def _found_in(row: Row, *, whole: bool) -> list[tuple[str, str, str, int, str]]:
    """The findings of a run by kind; without words where these could tell of hidden judgments."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for issue in read_detail(row.dataset, row.system).issues:
        kinds.setdefault((issue.severity, issue.code), []).append(issue.message)
    return [
        (row.dataset, severity, code, len(told), told[0] if whole else "")
        for (severity, code), told in kinds.items()
    ]
