"""Colours that text stands on or is written in: ratios of WCAG 2, worked from the files that hold them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from leaderboard_app.charts import GREY

CONFIG = Path(__file__).resolve().parents[2] / "leaderboard_app" / ".streamlit" / "config.toml"
DARK = "#191919"


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_has_the_highest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_white_words_on_chosen_things_can_be_read(theme: str) -> None:
    primary = tomllib.loads(CONFIG.read_text())["theme"][theme]["primaryColor"]
    assert contrast(primary, "#ffffff") >= 4.5


def test_names_in_plots_stand_out_on_either_ground() -> None:
    assert min(contrast(GREY, "#ffffff"), contrast(GREY, DARK)) >= 4, "4.2 is the most that one colour has"
