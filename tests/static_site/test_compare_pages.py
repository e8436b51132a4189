"""The export's compare pages: the numbers of the statistics, whole without a script, silent where hidden."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.static_site.compared import MOST
from harness.statistics.compare import compare_systems
from tests.leaderboard_app.boards import BM25, OVERLAP, dataset, large_board, run
from tests.static_site.test_site import EVIL, store


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Three systems on an open set, one of a hostile name; two on a closed one; one alone."""
    url = store(
        tmp_path / "board.sqlite",
        dataset("open", "An open set"),
        run("open", "bm25", BM25),
        run("open", "overlap", OVERLAP),
        run("open", EVIL, OVERLAP),
        dataset("closed", "A closed set", hidden="judgments"),
        run("closed", "bm25", BM25),
        run("closed", "overlap", OVERLAP),
        dataset("lonely", "One run alone"),
        run("lonely", "bm25", BM25),
        dataset("both", "A mean of two", parts=["open", "lonely"]),
    )
    return harness.export(tmp_path / "site", store=url).site


def data(path: Path) -> Any:
    found = re.fullmatch(r"const COMPARED = (.*);\n", path.read_text(encoding="ascii"))
    assert found
    return json.loads(found[1])


def rows(text: str) -> list[list[str]]:
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", text)
        if "<td" in row
    ]


def test_the_tables_hold_every_pair_without_a_script(site: Path) -> None:
    text = (site / "compare" / "open.html").read_text()
    # nDCG@10 of four queries: 1, .5, .5, 0 against .5, .25, .25, 0: 0.25 less, three losses, one tie
    against_best, all_pairs = text.split("<details>")
    assert [row[0] for row in rows(against_best)] == [
        "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co",
        "overlap",
    ]
    overlap = rows(against_best)[1]
    assert overlap[1:3] == ["not told apart", "-0.2500"]
    assert overlap[-3:] == ["0", "1", "3"]
    assert [row[:2] for row in rows(all_pairs)][-1] == [
        "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co",
        "overlap",
    ]
    assert len(rows(all_pairs)) == 3


def test_the_script_has_the_numbers_of_the_statistics(site: Path) -> None:
    told = data(site / "compare" / "open.js")
    assert [name for name, _ in told["systems"]] == ["bm25", EVIL, "overlap"]
    assert told["queries"][1] == ["q2", "cosine <b>similarity</b>"]
    assert told["values"] == [list(BM25[0]), list(OVERLAP[0]), list(OVERLAP[0])]
    found = compare_systems(("bm25", EVIL, "overlap"), told["values"])
    for numbers, pair in zip(told["pairs"], found.pairs(), strict=True):
        whole = (pair.difference, pair.low, pair.high, pair.p, pair.p_corrected, pair.effect)
        assert numbers[:6] == pytest.approx(whole, rel=1e-5)
        assert numbers[6:] == [pair.wins, pair.ties, pair.losses, int(pair.differs)]


def test_hidden_judgments_are_not_compared(site: Path) -> None:
    assert {path.name for path in (site / "compare").iterdir()} == {"open.html", "open.js"}
    index = (site / "compare.html").read_text()
    assert "The judgments are hidden, so nothing is compared on: closed." in index
    assert "Compare with another system" not in (site / "runs" / "closed" / "bm25.html").read_text()
    assert "Compare its systems" not in (site / "datasets" / "closed.html").read_text()


def test_a_run_leads_to_its_comparison(site: Path) -> None:
    page = (site / "runs" / "open" / "bm25.html").read_text()
    assert 'href="../../compare/open.html#system=bm25">Compare with another system</a>' in page
    assert '<tr id="query-0"><td>q1</td>' in page, "the comparison's values lead here"
    alone = (site / "runs" / "lonely" / "bm25.html").read_text()
    assert "Compare with another system" not in alone


def test_of_many_systems_the_best_are_compared(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'board.sqlite'}"
    large_board(url, MOST + 2, 1)
    site = harness.export(tmp_path / "site", store=url).site
    told = data(site / "compare" / "set00.js")
    assert [name for name, _ in told["systems"]] == [f"s{i:04}" for i in range(MOST)]
    assert len(told["pairs"]) == MOST * (MOST - 1) // 2
    text = (site / "compare" / "set00.html").read_text()
    assert f"The {MOST} systems of the highest means out of {MOST + 2} are here" in text
    assert "The first 500 of 4,950 pairs" in text
    way = "Compare with another system"
    assert way in (site / "runs" / "set00" / f"s{MOST - 1:04}.html").read_text()
    assert way not in (site / "runs" / "set00" / f"s{MOST:04}.html").read_text(), "it is not on that page"
    plot = (site / "datasets" / "set00.html").read_text()
    assert plot.count('class="bar"') == 30
    assert f"The plot shows the first 30 of {MOST + 2} systems." in plot


def test_a_board_without_pairs_says_so(tmp_path: Path) -> None:
    url = store(tmp_path / "board.sqlite", dataset("lonely", "One run"), run("lonely", "bm25", BM25))
    site = harness.export(tmp_path / "site", store=url).site
    assert "Nothing can be compared" in (site / "compare.html").read_text()
