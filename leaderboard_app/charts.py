"""Charts in one style; every value is also in a table beside them."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from harness.leaderboard.overview import Line

BAR = "#5b8ec4"
"""One blue that stands out on white and on black; nothing is told by colour alone."""

OTHER = "#c77f3f"
"""An orange of the same lightness, where two things are told apart; a label always says which is which."""

GREY = "#8b9097"
"""For what does not count, and for figures on either ground."""

SHOWN = 30
"""Systems in a bar chart; more cannot be read."""


def score_bars(lines: Sequence[Line], title: str) -> alt.LayerChart | alt.FacetChart:
    """Bars of the scores from zero, in the order of ``lines``, with the value in figures beside each.

    A thin line spans the 95 % interval.
    """
    shown = [line for line in lines if line.value is not None][:SHOWN]
    data = pd.DataFrame(
        {
            "system": [line.system for line in shown],
            "family": [line.family for line in shown],
            "value": [line.value for line in shown],
            "low": [line.value if line.low is None else line.low for line in shown],
            "high": [line.value if line.high is None else line.high for line in shown],
            "label": [_label(line) for line in shown],
        }
    )
    base = alt.Chart(data).encode(
        y=alt.Y("system:N", sort=None, title=None, axis=alt.Axis(labelLimit=150)),
        tooltip=[
            alt.Tooltip("system:N", title="System"),
            alt.Tooltip("family:N", title="Family"),
            alt.Tooltip("value:Q", title="Value", format=".6f"),
            alt.Tooltip("low:Q", title="Interval from", format=".4f"),
            alt.Tooltip("high:Q", title="Interval to", format=".4f"),
        ],
    )
    bars = base.mark_bar(color=BAR, height={"band": 0.7}).encode(
        x=alt.X("value:Q", title=title, scale=alt.Scale(zero=True))
    )
    spans = base.mark_rule(color=GREY, strokeWidth=2).encode(x="low:Q", x2="high:Q")
    figures = base.mark_text(align="left", dx=5, fontSize=12, color=GREY).encode(x="high:Q", text="label:N")
    return alt.layer(bars, spans, figures).properties(height=alt.Step(26), padding={"right": 48})


def _label(line: Line) -> str:
    return f"{line.value:.4f}"


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
