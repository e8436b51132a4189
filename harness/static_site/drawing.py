"""Plots as plain markup: no library, no script, the same bytes on every machine, as wide as the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from harness.leaderboard.overview import Line
from harness.static_site.markup import Html

MOST = 30
"""Bars of a plot; the table below it has all systems."""


def bars(lines: Sequence[Line], measure: str) -> Html:
    """Scores as bars with their 95 % intervals, best first; the numbers stand in the table, too."""
    scored = [line for line in lines if line.value is not None]
    shown = scored[:MOST]
    if not shown:
        return Html("")
    low = min(0.0, *(line.value or 0.0 for line in shown))
    high = max([line.high if line.high is not None else line.value or 0.0 for line in shown] + [low + 1e-9])
    which = f"the first {MOST} of {len(scored)}" if len(scored) > MOST else f"{len(scored)}"
    label = f"{measure} of {which} systems with 95 percent intervals; the table has the values"
    drawn = [_bar(line, low, high) for line in shown]
    told = f'<p class="soft">The plot shows {which} systems.</p>' if len(scored) > MOST else ""
    return Html(
        "\n".join([f'<div class="bars" role="img" aria-label="{escape(label)}">', *drawn, f"</div>{told}"])
    )


def _bar(line: Line, low: float, high: float) -> str:
    """Name, bar from zero with its interval, value: one row of the plot."""
    value = line.value or 0.0
    parts = [_piece("bar", min(value, 0.0), max(value, 0.0), low, high)]
    if line.low is not None and line.high is not None:
        parts.append(_piece("span", max(line.low, low), line.high, low, high))
    return (
        f'<span class="name">{escape(line.system)}</span><span class="track">{"".join(parts)}</span>'
        f'<span class="value">{value:.4f}</span>'
    )


def _piece(kind: str, start: float, end: float, low: float, high: float) -> str:
    left, width = (100 * (start - low) / (high - low), 100 * (end - start) / (high - low))
    return f'<span class="{kind}" style="left:{left:.2f}%;width:{width:.2f}%"></span>'
