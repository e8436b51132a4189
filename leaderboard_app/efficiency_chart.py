"""The plot of effectiveness against a cost: points, the front as a line, names that do not overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import altair as alt
import pandas as pd

from harness.efficiency.front import Placed
from leaderboard_app.charts import BAR, GREY

NAMED = 12
"""With more points than this, only those on the front are named."""

HEIGHT, AROUND, SLOT, NEAR = 420, 110, 15, 34
"""Pixels: plot, legend and axis around it, a line of text, and how far a name may stand from its point."""

SHORT = "datum.value >= 1e4 ? format(datum.value, '~s') : format(datum.value, '~g')"
"""In the plot's language: 0.01, 10 and 1000 as they are, larger numbers as 20k and 3M."""

KINDS = ("on the front", "behind it", "not compared")


class Label(NamedTuple):
    """A name beside its point: where it stands, in data units, and to which side of the point."""

    name: str
    cost: float
    value: float
    left: bool


def kind_of(each: Placed) -> str:
    """Where a point stands, in words."""
    return KINDS[2] if each.left_out else KINDS[0] if each.on_front else KINDS[1]


def drawable(placed: Sequence[Placed]) -> list[Placed]:
    """The points that a logarithmic axis has a place for."""
    return [each for each in placed if each.point.cost]


def effectiveness_span(drawn: Sequence[Placed]) -> tuple[float, float]:
    """The ends of the upright axis, with room for names above the highest point."""
    values = [each.point.value for each in drawn]
    room = (max(values) - min(values)) or 0.1
    return min(values) - 0.06 * room, max(values) + 0.12 * room


def labels_of(drawn: Sequence[Placed]) -> list[Label]:
    """Names of the points on the front, and of those behind it where there are few.

    Nobody is both better and cheaper than a point on the front, so the plane above and left of the front is
    empty: names stand there, each on a line of its own, and cannot meet whatever the width of the plot.
    Names of points behind it stand to the right, below the front. One that would come to stand far
    from its point is left out; the table has it.
    """
    low, high = effectiveness_span(drawn)
    unit = (high - low) / HEIGHT
    front = [each for each in drawn if each.on_front]
    behind = [each for each in drawn if not each.on_front and not each.left_out]
    found = _stacked(sorted(front, key=lambda each: each.point.value), unit, upward=True)
    if len(drawn) <= NAMED:
        found += _stacked(sorted(behind, key=lambda each: -each.point.value), unit, upward=False)
    return found


def _stacked(ordered: Sequence[Placed], unit: float, *, upward: bool) -> list[Label]:
    way = 1 if upward else -1
    found: list[Label] = []
    for each in ordered:
        at = way * each.point.value + 0.5 * SLOT * unit
        if found:
            at = max(at, way * found[-1].value + SLOT * unit)
        if at - way * each.point.value <= NEAR * unit and each.point.cost:
            found.append(Label(each.point.name, each.point.cost, way * at, upward))
    return found


def cost_axis(costs: Sequence[float], title: str) -> alt.X:
    """A logarithmic axis with few marks; there is room for names left of the cheapest point."""
    low, high = math.log10(min(costs)), math.log10(max(costs))
    room = max(high - low, 0.5)
    low, high = low - 0.32 * room, high + 0.12 * room
    steps = (1,) if high - low > 3 else (1, 2, 5)
    marks = [step * 10.0**power for power in range(math.floor(low), math.ceil(high) + 1) for step in steps]
    ends = [10**low, 10**high]
    return alt.X(
        "cost:Q",
        title=title,
        scale=alt.Scale(type="log", domain=ends, nice=False),
        axis=alt.Axis(values=[mark for mark in marks if ends[0] <= mark <= ends[1]], labelExpr=SHORT),
    )


def efficiency_chart(placed: Sequence[Placed], cost: str, measure: str) -> alt.LayerChart | alt.FacetChart:
    """Points with the front as a line; grey ones are of other machines.

    Args:
        placed: of which one at least is drawable.
        cost: what stands below the axis, with its unit.
    """
    drawn = drawable(placed)
    data = pd.DataFrame(
        {
            "system": [each.point.name for each in drawn],
            "value": [each.point.value for each in drawn],
            "cost": [each.point.cost for each in drawn],
            "kind": [kind_of(each) for each in drawn],
            "why": [each.left_out or kind_of(each) for each in drawn],
        }
    )
    x = cost_axis([float(each) for each in data["cost"]], cost)
    low, high = effectiveness_span(drawn)
    y = alt.Y(
        "value:Q",
        title=measure,
        scale=alt.Scale(domain=[low, high], nice=False),
        axis=alt.Axis(tickCount=8, format=".2f"),
    )
    front = data[data["kind"] == KINDS[0]].sort_values("cost")
    line = alt.Chart(front).mark_line(interpolate="step-after", color=BAR, strokeWidth=2).encode(x=x, y=y)
    marks = _points(alt.Chart(data), x, y, (cost, measure))
    names = labels_of(drawn)
    texts = [_names([each for each in names if each.left == left], x, y, left) for left in (True, False)]
    return alt.layer(line, marks, *texts).properties(height=HEIGHT + AROUND)


def _points(chart: alt.Chart, x: alt.X, y: alt.Y, titles: tuple[str, str]) -> alt.Chart:
    cost, measure = titles
    kinds = list(KINDS)
    legend = alt.Legend(orient="top")  # one for all three channels; where one has none, none is drawn
    marks: alt.Chart = chart.mark_point(filled=True, size=110, opacity=1).encode(
        x=x,
        y=y,
        color=alt.Color(
            "kind:N", title=None, scale=alt.Scale(domain=kinds, range=[BAR, BAR, GREY]), legend=legend
        ),
        opacity=alt.Opacity(
            "kind:N", title=None, scale=alt.Scale(domain=kinds, range=[1, 0.6, 0.6]), legend=legend
        ),
        shape=alt.Shape(
            "kind:N",
            title=None,
            scale=alt.Scale(domain=kinds, range=["circle", "triangle-up", "cross"]),
            legend=legend,
        ),
        tooltip=[
            alt.Tooltip("system:N", title="System"),
            alt.Tooltip("value:Q", title=measure, format=".4f"),
            alt.Tooltip("cost:Q", title=cost, format=",.4g"),
            alt.Tooltip("why:N", title="Place"),
        ],
    )
    return marks


def _names(labels: Sequence[Label], x: alt.X, y: alt.Y, left: bool) -> alt.Chart:
    data = pd.DataFrame(labels, columns=["system", "cost", "value", "left"])
    chart = alt.Chart(data)
    marks = (
        chart.mark_text(baseline="middle", color=GREY, fontSize=12, limit=190, align="right", dx=-7)
        if left
        else chart.mark_text(baseline="middle", color=GREY, fontSize=12, limit=190, align="left", dx=9)
    )
    named: alt.Chart = marks.encode(x=x, y=y, text="system:N")
    return named
