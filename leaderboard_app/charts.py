"""Charts in one style; every value is also in a table beside them."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

BAR = "#5b8ec4"
"""One blue that stands out on white and on black; nothing is told by colour alone."""

OTHER = "#c77f3f"
"""An orange of the same lightness, where two things are told apart; a label always says which is which."""

GREY = "#787d84"
"""For what does not count, and for figures on either ground."""


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
