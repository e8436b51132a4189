"""Effectiveness over cost as an SVG drawing: no library, no script, the same bytes on every machine."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from harness.efficiency.front import Placed
from harness.static_site.markup import Html, element, joined

LEFT, RIGHT, TOP, BOTTOM = 52.0, 616.0, 14.0, 262.0
"""The plot's edges inside its 640 by 310 units."""
VALUE_MARKS = 4


class _Axes(NamedTuple):
    """Decades of cost and values at the plot's edges."""

    first: int
    last: int
    low: float
    high: float

    def x(self, cost: float) -> float:
        return LEFT + (RIGHT - LEFT) * (math.log10(cost) - self.first) / (self.last - self.first)

    def y(self, value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (value - self.low) / (self.high - self.low)


def scatter(placed: Sequence[Placed], measure: str, cost: str) -> Html:
    """Points on a logarithmic axis of cost; those of the Pareto front are joined, numbered and named below.

    Args:
        placed: systems with their places; those left out, and costs of zero, are not drawn.
        measure: what stands upwards.
        cost: what stands to the right, with its unit.
    """
    shown = sorted(
        (each for each in placed if not each.left_out and (each.point.cost or 0) > 0),
        key=lambda each: (each.point.cost or 0, -each.point.value, each.point.name),
    )
    if len(shown) < 2:
        return Html("")
    axes = _axes_of(shown)
    front = [each for each in shown if each.on_front]
    label = f"{measure} against {cost} of {len(shown)} systems; the table has the values"
    parts = [*_frame(axes, measure, cost), _line(axes, front), *_points(axes, shown)]
    inside = "\n".join(
        [f'<svg class="plot" viewBox="0 0 640 310" role="img" aria-label="{escape(label)}">', *parts]
    )
    names = ", ".join(f"{number} {each.point.name}" for number, each in enumerate(front, 1))
    return joined(
        [Html(f"{inside}\n</svg>"), element("p", f"On the front, cheapest first: {names}.", class_="soft")]
    )


def _axes_of(shown: Sequence[Placed]) -> _Axes:
    costs = [math.log10(each.point.cost or 1.0) for each in shown]
    values = [each.point.value for each in shown]
    first, last = math.floor(min(costs)), math.ceil(max(costs))
    margin = (max(values) - min(values)) * 0.06 or 0.05
    return _Axes(first, max(last, first + 1), min(values) - margin, max(values) + margin)


def _frame(axes: _Axes, measure: str, cost: str) -> Iterator[str]:
    for decade in range(axes.first, axes.last + 1):
        x = axes.x(10.0**decade)
        yield f'<path class="grid" d="M{x:.1f} {TOP:.1f}V{BOTTOM:.1f}"/>'
        yield f'<text x="{x:.1f}" y="280" text-anchor="middle">{10.0**decade:g}</text>'
    for mark in range(VALUE_MARKS + 1):
        value = axes.low + (axes.high - axes.low) * mark / VALUE_MARKS
        y = axes.y(value)
        yield f'<path class="grid" d="M{LEFT:.1f} {y:.1f}H{RIGHT:.1f}"/>'
        yield f'<text x="46" y="{y + 4:.1f}" text-anchor="end">{value:.2f}</text>'
    below = escape(f"{cost} (logarithmic); upwards {measure}")
    yield f'<text x="340" y="302" text-anchor="middle">{below}</text>'


def _line(axes: _Axes, front: Sequence[Placed]) -> str:
    """The front as steps: what the price of the next system buys begins at its cost."""
    steps = "".join(
        f"H{axes.x(each.point.cost or 1.0):.1f}V{axes.y(each.point.value):.1f}" for each in front[1:]
    )
    start = front[0].point
    return f'<path class="front" d="M{axes.x(start.cost or 1.0):.1f} {axes.y(start.value):.1f}{steps}"/>'


def _points(axes: _Axes, shown: Sequence[Placed]) -> Iterator[str]:
    number = 0
    for each in shown:
        x, y = axes.x(each.point.cost or 1.0), axes.y(each.point.value)
        name = f"<title>{escape(f'{each.point.name}: {each.point.value:.4f}, {each.point.cost:.4g}')}</title>"
        kind = "on" if each.on_front else "behind"
        yield f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4.5">{name}</circle>'
        if each.on_front:
            number += 1
            yield f'<text class="on" x="{x - 6:.1f}" y="{y - 6:.1f}" text-anchor="end">{number}</text>'
