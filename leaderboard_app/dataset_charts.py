"""The plot of a data set's page: how many documents of a query are judged and relevant."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from harness.columns import Ints
from leaderboard_app.charts import BAR, OTHER

BINS = 12
"""Bars of each kind at most."""


def judgments_chart(counts: Ints, relevant: Ints) -> alt.Chart:
    """Queries by how many of their documents are judged, and how many are relevant."""
    most = int(max(counts.max(), 1))
    edges = np.unique(np.linspace(0, most + 1, min(most + 2, BINS + 1)).round().astype(int))
    parts = [
        pd.DataFrame(
            {
                "from": edges[:-1],
                "to": edges[1:] - 1,
                "queries": np.histogram(each, edges)[0],
                "documents": name,
            }
        )
        for name, each in (("judged", counts), ("relevant", relevant))
    ]
    data = pd.concat(parts)
    data["number"] = [
        f"{a}" if a == b else f"{a} – {b}" for a, b in zip(data["from"], data["to"], strict=True)
    ]
    names = ["judged", "relevant"]
    chart: alt.Chart = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X("number:N", sort=None, title="Documents of a query", axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("documents:N", sort=names),
            y=alt.Y("queries:Q", title="Queries", axis=alt.Axis(tickMinStep=1)),
            color=alt.Color(
                "documents:N",
                title=None,
                scale=alt.Scale(domain=names, range=[BAR, OTHER]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[
                alt.Tooltip("documents:N", title="Documents"),
                alt.Tooltip("number:N", title="How many"),
                alt.Tooltip("queries:Q", title="Queries"),
            ],
        )
        .properties(height=280)
    )
    return chart
