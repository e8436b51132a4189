"""Tables to take along: nothing in them runs, nothing in them is lost."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from harness.leaderboard.overview import Overview, overview
from harness.leaderboard.sheets import bibtex, csv_text, latex, latex_table
from tests.conftest import needed
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
    assert r"{{bm25 ü: Counts \& weighs}}" in text
    assert r"\url{https://example.org/a_b\%20c}" in text
    assert "A. Author, 2026" in text
    assert text.count("@misc") == 3
    assert text.startswith(r"% Needs \usepackage{url}")
    assert text.count("{") == text.count("}")


HOSTILE = (r"50% of $x_1 \ {a} ~ ^ # <b>", "mü–ß & co", "plain")


def test_pdflatex_sets_the_table_and_bibtex_reads_the_entries(tmp_path: Path) -> None:
    needed("pdflatex", shutil.which("pdflatex") is not None, "apt-get install texlive-latex-recommended")
    needed("bibtex", shutil.which("bibtex") is not None, "apt-get install texlive-binaries")
    rows = [row(name, system, {"M": 0.5}) for name in ("one_a", "two") for system in HOSTILE]
    rows.append(row("one_a", "lacking", {"M": 0.25}))
    found = overview(rows, ["one_a", "two"], "M", lambda _, systems: np.zeros((len(systems), 2)))
    table = latex_table(found, found.lines, "ab" * 32)
    entries = bibtex(
        [(name, f"What {name} does.", "2026-01-31", ["https://example.org/a_b%20c#d"]) for name in HOSTILE],
        [("one_a", {"title": "One & a", "citation": "A. Author, 2026", "homepage": "https://example.org"})],
        "cd" * 32,
        "nDCG@10",
    )
    (tmp_path / "board.bib").write_text(entries, encoding="utf-8")
    (tmp_path / "paper.tex").write_text(
        "\\documentclass{article}\n\\usepackage{booktabs,url}\n\\begin{document}\n"
        f"{table}\\nocite{{*}}\\bibliographystyle{{plain}}\\bibliography{{board}}\n\\end{{document}}\n",
        encoding="utf-8",
    )
    latex_words = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    for words in (latex_words, ["bibtex", "paper"], latex_words):
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, errors="replace")
        assert done.returncode == 0, done.stdout[-2000:]
        assert "Warning--" not in done.stdout  # of bibtex: no entry without a key to sort by
    assert "Overfull" not in done.stdout  # the digest of 64 characters breaks
    listed = (tmp_path / "paper.bbl").read_text(encoding="utf-8", errors="replace")
    assert listed.count("\\bibitem") == 5  # board, three systems, data set
    assert (tmp_path / "paper.pdf").stat().st_size > 10_000
