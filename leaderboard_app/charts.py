"""Charts in one style; every value is also in a table beside them."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from harness.leaderboard.row import Row
from leaderboard_app.frames import tie_span

BAR = "#5b8ec4"
"""One blue that stands out on white and on black; nothing is told by colour alone."""

SHOWN = 30
"""Systems in a bar chart; more cannot be read."""


def score_bars(rows: Sequence[Row], measure: str) -> alt.LayerChart | alt.FacetChart:
    """Bars of one measure from zero, in the order of ``rows``, with the value in figures beside each.

    A thin line spans the values that the run would have over all orders of its tied documents, and the
    figures name its ends where they differ.
    """
    base = alt.Chart(_bars(rows[:SHOWN], measure)).encode(
        y=alt.Y("system:N", sort=None, title=None, axis=alt.Axis(labelLimit=220)),
        tooltip=[
            alt.Tooltip("system:N", title="System"),
            alt.Tooltip("family:N", title="Family"),
            alt.Tooltip("value:Q", title="Value", format=".6f"),
            alt.Tooltip("lowest:Q", title="Lowest by tie order", format=".6f"),
            alt.Tooltip("highest:Q", title="Highest by tie order", format=".6f"),
        ],
    )
    bars = base.mark_bar(color=BAR, height={"band": 0.7}).encode(
        x=alt.X("value:Q", title=measure, scale=alt.Scale(zero=True))
    )
    spans = base.mark_rule(color="gray", strokeWidth=2).encode(x="lowest:Q", x2="highest:Q")
    figures = base.mark_text(align="left", dx=5, fontSize=12, color="gray").encode(
        x="highest:Q", text="label:N"
    )
    return alt.layer(bars, spans, figures).properties(height=alt.Step(26), padding={"right": 110})


def _bars(rows: Sequence[Row], measure: str) -> pd.DataFrame:
    values = [row.measures[measure] for row in rows]
    unknown = [(value, value, value) for value in values]

    def label(row: Row) -> str:
        span = tie_span(row, measure)
        return f"{row.measures[measure]:.4f}" + (f" ({span})" if span else "")

    spans = [row.tie_ranges.get(measure, same) for row, same in zip(rows, unknown, strict=True)]
    return pd.DataFrame(
        {
            "system": [row.system for row in rows],
            "family": [row.family for row in rows],
            "value": values,
            "lowest": [span[0] for span in spans],
            "highest": [span[2] for span in spans],
            "label": [label(row) for row in rows],
        }
    )


def histogram(values: Sequence[float], measure: str, bins: int = 20) -> alt.Chart:
    """How many queries have which value; counted here, so that any number of queries is drawn at once."""
    low, high = min(0.0, *values), max(1.0, *values)
    counts, edges = np.histogram(values, bins=bins, range=(low, high))
    data = pd.DataFrame({"from": edges[:-1], "to": edges[1:], "queries": counts})
    chart: alt.Chart = (
        alt.Chart(data)
        .mark_bar(color=BAR)
        .encode(
            x=alt.X("from:Q", bin="binned", title=measure, scale=alt.Scale(domain=[low, high])),
            x2="to:Q",
            y=alt.Y("queries:Q", title="Queries", axis=alt.Axis(tickMinStep=1)),
            tooltip=[
                alt.Tooltip("from:Q", format=".2f", title="From"),
                alt.Tooltip("to:Q", format=".2f", title="To"),
                alt.Tooltip("queries:Q", title="Queries"),
            ],
        )
        .properties(height=300)
    )
    return chart
