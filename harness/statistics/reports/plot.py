"""A comparison as a picture: means with intervals and groups, and the differences of every query.

matplotlib is imported here and nowhere else; it comes with the extra ``plot``.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.figure import Figure

from harness.statistics.comparison import SystemRow
from harness.statistics.reports.words import level, signed, title
from harness.statistics.runcomparison import RunComparison

GAIN, LOSS = "#0072B2", "#D55E00"
"""Blue and vermilion of Okabe and Ito (2008), which colour-blind readers tell apart."""

MOST_PANELS = 12
"""The differences of so many systems are drawn, the best; the picture says when there are more."""

MOST_LETTERS = 24
"""With more there is no room for them beside the means."""

_TITLE_WIDTH = {1: 90, 2: 48, 3: 32}
"""Letters above a panel, by the number of panels side by side."""

SETTINGS: Any = {
    "svg.hashsalt": "retrieval-harness",  # ids in an SVG are random without it
    "text.parse_math": False,  # a name with $ is no formula
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.size": 8.0,
}
_NO_DATES: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": "retrieval-harness"},
    "pdf": {"CreationDate": None, "Creator": "retrieval-harness", "Producer": None},
    "png": {"Software": None},
}


def svg_bytes(found: RunComparison) -> bytes:
    """The picture as SVG."""
    return _drawn(found, "svg")


def png_bytes(found: RunComparison) -> bytes:
    """The picture as PNG, 160 dots an inch."""
    return _drawn(found, "png")


def pdf_bytes(found: RunComparison) -> bytes:
    """The picture as PDF."""
    return _drawn(found, "pdf")


def _drawn(found: RunComparison, kind: str) -> bytes:
    """Draw with settings of our own, whatever the user's; equal input gives equal bytes."""
    stream = io.BytesIO()
    with matplotlib.style.context("default"), matplotlib.rc_context(SETTINGS):
        _figure(found).savefig(stream, format=kind, dpi=160, metadata=_NO_DATES[kind])
    return stream.getvalue()


def _figure(found: RunComparison) -> Figure:
    others = found.others()[:MOST_PANELS]
    columns = min(2 if len(others) == 4 else 3, len(others))
    rows = -(-len(others) // columns)
    top = 1.1 + 0.24 * len(found.names)
    bottom = 2.0 * rows + 0.3
    figure = Figure(figsize=(8.0, top + bottom), layout="constrained")
    parts: Any = figure.subfigures(2, 1, height_ratios=[top, bottom])  # each with margins of its own
    upper, lower = parts
    figure.suptitle(_short(title(found), 100), fontsize=10)
    _means(upper.add_subplot(), found)
    panel = None
    for k, name in enumerate(others):
        panel = lower.add_subplot(rows, columns, k + 1, sharey=panel)
        _differences(panel, found, name, _TITLE_WIDTH[columns])
    left_out = len(found.others()) - len(others)
    more = f"; {left_out} more systems are not drawn" if left_out else ""
    lower.supxlabel(f"queries, sorted by difference to {_short(found.reference, 50)}{more}", fontsize=8)
    return figure


def _means(axes: Any, found: RunComparison) -> None:
    """A dot and an interval for each system, the best on top, its letters at the right, groups as bands."""
    systems = list(found.comparison.systems())
    places = np.arange(len(systems))
    means = np.array([row.mean for row in systems])
    reach = np.array([[row.mean - row.low, row.high - row.mean] for row in systems]).T
    axes.errorbar(means, places, xerr=reach, fmt="o", markersize=4, color=GAIN, ecolor="#555555", capsize=2)
    band = 0
    for i, row in enumerate(systems):
        band += i > 0 and row.group != systems[i - 1].group
        axes.axhspan(i - 0.5, i + 0.5, color="#f0f0f0" if band % 2 == 0 else "white", zorder=0, linewidth=0)
    shared = _letters(axes, systems)
    axes.set_yticks(places, [f"{_short(row.name, 50)}  ({row.group})" for row in systems])
    axes.set_ylim(len(systems) - 0.5, -0.5)
    axes.set_xlabel(
        f"mean {found.measure}, {level(found)} interval; in brackets and as bands: group.{shared}"
    )


def _letters(axes: Any, systems: Sequence[SystemRow]) -> str:
    """Write each letter in a column of its own at the right; returns what to say about them."""
    order = sorted({letter for row in systems for letter in row.letters}, key=lambda x: (len(x), x))
    if len(order) > MOST_LETTERS:
        return f"\nThe {len(order)} letters of systems that cannot be told apart are in the tables."
    for i, row in enumerate(systems):
        for letter in row.letters:
            axes.annotate(
                letter,
                (1, i),
                (6 + 9 * order.index(letter), 0),
                xycoords=axes.get_yaxis_transform(),
                textcoords="offset points",
                va="center",
                annotation_clip=False,
            )
    return "\nSystems that share a letter cannot be told apart."


def _differences(axes: Any, found: RunComparison, name: str, width: int) -> None:
    """The differences of all queries to the reference, largest first; area above the line is gain."""
    pair = found.comparison.pair(name, found.reference)
    gaps = np.sort(found.values_of(name) - found.values_of(found.reference))[::-1]
    axes.stairs(np.maximum(gaps, 0), fill=True, color=GAIN, linewidth=0)
    axes.stairs(np.minimum(gaps, 0), fill=True, color=LOSS, linewidth=0)
    axes.axhline(0, color="black", linewidth=0.6)
    axes.axhline(pair.difference, color="#555555", linewidth=0.8, linestyle="--")
    told = "" if pair.differs else ", not told apart"
    counted = f"{signed(pair.difference)}, {pair.wins}/{pair.ties}/{pair.losses}{told}"
    axes.set_title(f"{_short(name, width)}\n{counted}", fontsize=8)


def _short(name: str, width: int) -> str:
    """The name, or its beginning and its end, where long names differ."""
    head = width // 2
    return name if len(name) <= width else f"{name[:head]}…{name[len(name) - (width - head - 1) :]}"
