"""Charts of a comparison: queries against each other, gains and losses, data sets."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from harness.records import Floats
from harness.statistics.synthesis import EffectSummary
from leaderboard_app.charts import BAR, GREY, OTHER

POINTS = 2000
"""Queries that are drawn; of more, the largest differences and an even choice of the others."""

PICK = "picked"
"""Name of the selection in the scatter plot."""

NAMED = alt.Axis(titleLimit=300)
"""Of an axis whose title has the names of systems: a long one is cut, rather than the plot."""


def drawn(values: Floats) -> list[int]:
    """Positions of the queries to draw, from first minus second, largest gain first.

    Args:
        values: float64[2, n].
    """
    order = np.argsort(values[1] - values[0], kind="stable").tolist()
    if len(order) <= POINTS:
        return list(order)
    ends, step = POINTS // 4, (len(order) - POINTS // 2) / (POINTS // 2)
    middle = [order[ends + int(i * step)] for i in range(POINTS // 2)]
    return [*order[:ends], *middle, *order[-ends:]]


def query_frame(ids: tuple[str, ...], texts: tuple[str, ...], values: Floats) -> pd.DataFrame:
    """A row a query: the values of both systems and first minus second."""
    return pd.DataFrame(
        {
            "query": ids,
            "text": texts,
            "first": values[0],
            "second": values[1],
            "difference": values[0] - values[1],
        }
    )


def scatter(data: pd.DataFrame, first: str, second: str, measure: str) -> alt.LayerChart | alt.FacetChart:
    """Each query as a point; above the line the first system is better."""
    ends = [
        min(0.0, data["first"].min(), data["second"].min()),
        max(1.0, data["first"].max(), data["second"].max()),
    ]
    scale = alt.Scale(domain=ends)
    pick = alt.selection_point(name=PICK, fields=["query"], on="click")
    points = (
        alt.Chart(data)
        .mark_circle(size=70, color=BAR)
        .encode(
            x=alt.X("second:Q", title=f"{measure}, {second}", scale=scale, axis=NAMED),
            y=alt.Y("first:Q", title=f"{measure}, {first}", scale=scale, axis=NAMED),
            opacity=alt.condition(pick, alt.value(0.75), alt.value(0.2)),
            tooltip=_tooltip(first, second),
        )
        .add_params(pick)
    )
    line = alt.Chart(pd.DataFrame({"x": ends, "y": ends})).mark_line(color=GREY, strokeDash=[4, 4])
    return alt.layer(line.encode(x="x:Q", y="y:Q"), points).properties(height=360)


def gains(data: pd.DataFrame, first: str, second: str, measure: str) -> alt.Chart:
    """Differences of all queries, the largest gain of the first system on the left."""
    ordered = data.sort_values("difference", ascending=False, kind="stable").reset_index(drop=True)
    ordered["place"] = range(1, len(ordered) + 1)
    ordered["better"] = np.select(
        [ordered["difference"] > 1e-9, ordered["difference"] < -1e-9], [first, second], "equal"
    )
    chart: alt.Chart = (
        alt.Chart(ordered)
        .mark_bar()
        .encode(
            x=alt.X("place:O", title="Queries, largest gain first", axis=alt.Axis(labels=False, ticks=False)),
            y=alt.Y("difference:Q", title=f"{measure}, {first} − {second}", axis=NAMED),
            color=alt.Color(
                "better:N",
                title="Better",
                scale=alt.Scale(domain=[first, second, "equal"], range=[BAR, OTHER, GREY]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=_tooltip(first, second),
        )
        .properties(height=360)
    )
    return chart


def _tooltip(first: str, second: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("query:N", title="Query"),
        alt.Tooltip("text:N", title="Text"),
        alt.Tooltip("first:Q", title=first, format=".4f"),
        alt.Tooltip("second:Q", title=second, format=".4f"),
        alt.Tooltip("difference:Q", title="Difference", format="+.4f"),
    ]


def forest(summary: EffectSummary, measure: str) -> alt.LayerChart | alt.FacetChart:
    """A line for each data set with its interval, and the summary below them."""
    rows = [
        (row.dataset, row.effect, row.low, row.high, row.weight, row.queries, "data set")
        for row in summary.rows
    ]
    rows.append(
        (
            "all of them",
            summary.effect,
            summary.low,
            summary.high,
            1.0,
            sum(r.queries for r in summary.rows),
            "summary",
        )
    )
    columns = ["data set", "difference", "low", "high", "weight", "queries", "kind"]
    data = pd.DataFrame(rows, columns=columns)
    base = alt.Chart(data).encode(
        y=alt.Y("data set:N", sort=None, title=None, axis=alt.Axis(labelLimit=220)),
        tooltip=[
            alt.Tooltip("data set:N", title="Data set"),
            alt.Tooltip("difference:Q", title="Difference", format="+.4f"),
            alt.Tooltip("low:Q", title="From", format="+.4f"),
            alt.Tooltip("high:Q", title="To", format="+.4f"),
            alt.Tooltip("weight:Q", title="Weight", format=".1%"),
            alt.Tooltip("queries:Q", title="Queries"),
        ],
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GREY, strokeDash=[4, 4]).encode(x="x:Q")
    spans = base.mark_rule(color=GREY, strokeWidth=2).encode(
        x=alt.X("low:Q", title=f"Difference in {measure}, with 95 % interval"), x2="high:Q"
    )
    marks = base.mark_point(filled=True, opacity=1).encode(
        x="difference:Q",
        size=alt.Size("weight:Q", scale=alt.Scale(range=[40, 260]), legend=None),
        shape=alt.Shape(
            "kind:N",
            scale=alt.Scale(domain=["data set", "summary"], range=["square", "diamond"]),
            legend=None,
        ),
        color=alt.Color(
            "kind:N", scale=alt.Scale(domain=["data set", "summary"], range=[BAR, OTHER]), legend=None
        ),
    )
    return alt.layer(zero, spans, marks).properties(height=alt.Step(28))
