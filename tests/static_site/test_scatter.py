"""The export's plot of effectiveness over cost."""

from __future__ import annotations

import re

from harness.efficiency.front import Point, place
from harness.static_site.scatter import BOTTOM, LEFT, RIGHT, TOP, scatter

POINTS = [
    Point("cheap", 0.5, 0.1, "m"),
    Point("dear", 0.7, 10.0, "m"),
    Point("beaten", 0.4, 1.0, "m"),
    Point("elsewhere", 0.9, 1.0, "other"),
    Point("silent", 0.9, None, "m"),
    Point("free", 0.2, 0.0, "m"),
]


def test_each_compared_system_stands_where_its_cost_and_value_are() -> None:
    drawn = scatter(place(POINTS, "m"), "nDCG@10", "ms").text
    circles = re.findall(r'<circle class="(\w+)" cx="([\d.]+)" cy="([\d.]+)" r="4.5"><title>([^:]+):', drawn)
    assert [(kind, name) for kind, _, _, name in circles] == [
        ("on", "cheap"),
        ("behind", "beaten"),
        ("on", "dear"),
    ]
    # two decades, 0.1 to 10: the ends and the middle of the axis
    assert [float(x) for _, x, _, _ in circles] == [LEFT, (LEFT + RIGHT) / 2, RIGHT]
    heights = [float(y) for _, _, y, _ in circles]
    assert TOP < heights[2] < heights[0] < heights[1] < BOTTOM
    assert "On the front, cheapest first: 1 cheap, 2 dear." in drawn


def test_names_are_text_and_one_system_is_no_plot() -> None:
    strange = [Point("<b>x</b>", 0.5, 1.0, "m"), Point("y", 0.6, 2.0, "m")]
    drawn = scatter(place(strange, "m"), "P@10", "ms").text
    assert "<b>" not in drawn
    assert "&lt;b&gt;x&lt;/b&gt;" in drawn
    assert scatter(place(strange[:1], "m"), "P@10", "ms").text == ""
