"""Tables to take along: nothing in them runs, nothing in them is lost."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from harness.leaderboard.overview import Overview, overview
from harness.leaderboard.sheets import bibtex, csv_text, latex, latex_table
from tests.leaderboard.made_rows import row


def small() -> Overview:
    rows = [row("one", "best_of & all", {"M": 0.75}), row("two", "best_of & all", {"M": 0.25})]
    rows.append(row("one", "half", {"M": 0.9}))
    return overview(rows, ["one", "two"], "M", lambda _, systems: np.zeros((len(systems), 2)))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1+1"])
def test_no_text_is_a_formula(text: str) -> None:
    cells = next(csv.reader(io.StringIO(csv_text(["name"], [[text]]).split("\n", 1)[1], newline="")))
    assert cells == [f"'{text}"]


def test_a_carriage_return_hides_no_formula() -> None:
    assert csv_text(["name"], [["\r=1"]]) == "name\n' =1\n"


def test_numbers_keep_their_sign_and_every_digit() -> None:
    assert csv_text(["a", "b", "c"], [[-0.1, 1 / 3, None]]) == f"a,b,c\n-0.1,{1 / 3!r},\n"


def test_latex_marks_groups_and_leaves_incomplete_rows_without_a_mean() -> None:
    text = latex_table(small(), small().lines, "ab" * 32)
    assert r"\toprule" in text
    assert r"best\_of \& all & 0.5000 & 0.7500 & 0.2500 \\" in text
    assert r"half & -- & 0.9000 & -- \\" in text
    assert text.index(r"\midrule", text.index("best")) < text.index("half")
    assert "mean over 2 data sets" in text
    assert "abababababab" in text


def test_latex_puts_the_best_in_bold_and_the_group_above() -> None:
    values = np.array([[0.9] * 30, [0.1] * 30]) + np.linspace(0, 0.05, 30)
    rows = [row("one", "good", {"M": 0.925}), row("one", "bad", {"M": 0.125})]
    found = overview(rows, ["one"], "M", lambda _, systems: values)
    text = latex_table(found, found.lines, "0" * 64)
    assert r"good & \textbf{0.9250}$^{1}$ \\" in text
    assert r"bad & 0.1250$^{2}$ \\" in text


def test_latex_escapes_what_it_would_read() -> None:
    assert latex(r"50% of $x_1 \ {a} ~ ^ #") == (
        r"50\% of \$x\_1 \textbackslash{} \{a\} \textasciitilde{} \textasciicircum{} \#"
    )


def test_bibtex_names_board_systems_and_data_sets() -> None:
    text = bibtex(
        [("bm25 ü", "Counts & weighs.", "2026-01-31", ["https://example.org/a_b%20c"])],
        [("demo", {"title": "Demo", "citation": "A. Author, 2026", "homepage": "https://example.org"})],
        "cd" * 32,
        "nDCG@10",
    )
    assert "@misc{board-cdcdcdcdcdcd," in text
    assert "@misc{system-bm25-u," in text
    assert r"Counts \& weighs." in text
    assert r"\url{https://example.org/a_b\%20c}" in text
    assert "A. Author, 2026" in text
    assert text.count("@misc") == 3
    assert text.count("{") == text.count("}")
