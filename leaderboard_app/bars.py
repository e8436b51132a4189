"""The board's chart: scores as bars of plain HTML, so that no plotting library delays the table."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from harness.leaderboard.overview import Line
from harness.static_site.markup import Html, element, joined

SHOWN = 30
"""Systems in the chart; more cannot be read."""

STYLE = """<style>
.score-bars { max-width: 56rem; font-size: .875rem; }
.score-bars div { display: grid; grid-template-columns: minmax(0, 14rem) minmax(40%, 1fr) 3.5rem; gap: .6rem;
  align-items: center; height: 26px; }
.score-bars .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: right; }
.score-bars .track { position: relative; height: 100%; }
.score-bars i { position: absolute; }
.score-bars .bar { top: 4px; bottom: 4px; background: #5b8ec4; }
.score-bars .interval { top: 12px; height: 2px; background: currentColor; }
.score-bars .value { font-variant-numeric: tabular-nums; }
</style>"""


def show_bars(lines: Sequence[Line], title: str) -> None:
    """Bars from zero of the first :data:`SHOWN` systems that have a score, with their intervals.

    Names and values are text; the bars are for the eye alone.
    """
    ranked = [line for line in lines if line.value is not None]
    if not ranked:
        return
    st.html(STYLE + markup(ranked[:SHOWN]).text)
    more = f" The chart shows the first {SHOWN} systems of the table." if len(ranked) > SHOWN else ""
    st.caption(f"Bars of {title} from zero; thin lines are 95 % intervals.{more}")


def markup(lines: Sequence[Line]) -> Html:
    """A row for each line: name, bar and value."""
    values = [value for line in lines for value in (line.value, line.low, line.high) if value is not None]
    low, high = min(0.0, *values), max(*values, 1e-9)

    def percent(value: float) -> float:
        return 100 * (value - low) / (high - low)

    def piece(name: str, start: float, end: float) -> Html:
        left, width = percent(min(start, end)), percent(max(start, end)) - percent(min(start, end))
        return element("i", class_=name, style=f"left:{left:.2f}%;width:{width:.2f}%")

    rows = []
    for line in lines:
        value = line.value or 0.0
        drawn = [piece("bar", 0.0, value)]
        if line.low is not None and line.high is not None:
            drawn.append(piece("interval", line.low, line.high))
        name = element("span", line.system, class_="name", title=line.system)
        track = element("span", joined(drawn, ""), class_="track", **{"aria-hidden": "true"})
        rows.append(element("div", name, track, element("span", value, class_="value")))
    return element("section", joined(rows), class_="score-bars", **{"aria-label": "Bars of the scores"})
