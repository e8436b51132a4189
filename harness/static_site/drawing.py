"""Plots as SVG text: no library, the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from harness.leaderboard.overview import Line
from harness.static_site.markup import Html

ROW, LEFT, WIDTH, RIGHT = 22, 190, 380, 60


def bars(lines: Sequence[Line], measure: str) -> Html:
    """Scores as bars with their 95 % intervals, best first; the numbers stand in the table, too."""
    shown = [line for line in lines if line.value is not None]
    if not shown:
        return Html("")
    low = min(0.0, *(line.value or 0.0 for line in shown))
    high = max([line.high if line.high is not None else line.value or 0.0 for line in shown] + [low + 1e-9])

    def x(value: float) -> str:
        return f"{LEFT + WIDTH * (value - low) / (high - low):.1f}"

    height = ROW * len(shown) + 30
    parts = [
        f'<svg viewBox="0 0 {LEFT + WIDTH + RIGHT} {height}" role="img" '
        f'aria-label="{escape(measure)} of {len(shown)} systems with 95 percent intervals">'
    ]
    for number, line in enumerate(shown):
        parts.append(_bar(line, number * ROW + 4, x, x(max(low, 0.0))))
    axis = height - 22
    parts.append(f'<line class="axis" x1="{LEFT}" y1="{axis}" x2="{LEFT + WIDTH}" y2="{axis}"/>')
    parts += [
        f'<text class="tick" x="{x(low + (high - low) * share)}" y="{height - 6}" text-anchor="middle">'
        f"{low + (high - low) * share:.2f}</text>"
        for share in (0.0, 0.5, 1.0)
    ]
    return Html("\n".join([*parts, "</svg>"]))


def _bar(line: Line, top: int, x, zero: str) -> str:  # type: ignore[no-untyped-def]
    value = line.value or 0.0
    middle = top + 7
    name = line.system if len(line.system) <= 26 else line.system[:25] + "…"
    width = float(x(value)) - float(zero)
    drawn = [
        f'<text class="name" x="{LEFT - 8}" y="{top + 11}" text-anchor="end">{escape(name)}</text>',
        f'<rect class="bar" x="{zero}" y="{top}" width="{max(width, 0.0):.1f}" height="14"/>',
    ]
    if line.low is not None and line.high is not None:
        drawn.append(
            f'<line class="span" x1="{x(line.low)}" y1="{middle}" x2="{x(line.high)}" y2="{middle}"/>'
        )
    end = line.high if line.high is not None else value
    drawn.append(f'<text class="value" x="{float(x(end)) + 6:.1f}" y="{top + 11}">{value:.4f}</text>')
    return "\n".join(drawn)
