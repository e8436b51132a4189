"""The exported site: whole, the same every time, harmless, and silent about hidden judgments."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

import harness
from harness.cli.main import main
from harness.errors import CommandError, StoreError
from harness.ledger.event import Draft
from harness.ledger.ledger import append
from harness.reproduction.published import published
from harness.store.engine import connect
from harness.store.writing import DatasetEntry, RunEntry, replace_board
from tests.conftest import ROOT
from tests.leaderboard_app.boards import BM25, OVERLAP, dataset, run

EVIL = "<script>alert(1)</script> & co"


def store(path: Path, *entries: DatasetEntry | RunEntry) -> str:
    url = f"sqlite:///{path}"
    engine = connect(url, create=True)
    replace_board(engine, entries)
    engine.dispose()
    return url


def texts(site: Path) -> dict[str, str]:
    return {str(path.relative_to(site)): path.read_text() for path in site.rglob("*.html")}


def everything(site: Path) -> dict[str, bytes]:
    return {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return store(
        tmp_path / "board.sqlite",
        dataset("open", "An open set"),
        run("open", "bm25", BM25),
        run("open", "Überlapp / 2", OVERLAP, description=EVIL),
        dataset("closed", "A closed set", hidden="judgments"),
        run("closed", "bm25", BM25),
        dataset("lonely", "Nobody was here"),
    )


def test_every_link_leads_to_a_file_of_the_site(url: str, tmp_path: Path) -> None:
    site = harness.export(tmp_path / "site", store=url).site
    for name, text in texts(site).items():
        for target in re.findall(r'(?:href|src)="([^"]+)"', text):
            assert not target.startswith(("http", "//")), f"{name} needs the network for {target}"
            path = unquote(target.partition("#")[0])
            assert ((site / name).parent / path).resolve().is_file(), f"{name} -> {target}"


def test_the_same_board_gives_the_same_bytes(url: str, tmp_path: Path) -> None:
    first = everything(harness.export(tmp_path / "a", store=url).site)
    assert first == everything(harness.export(tmp_path / "b", store=url).site)
    assert first == everything(harness.export(tmp_path / "a", store=url).site), "an export can be replaced"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_texts_of_strangers_stay_texts(url: str, tmp_path: Path) -> None:
    pages = texts(harness.export(tmp_path / "site", store=url).site)
    assert not any("<script>alert" in text for text in pages.values())
    (page,) = (
        text
        for name, text in pages.items()
        if name.startswith("runs/open/") and "co" in text and "bm25" not in name
    )
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in page
    assert "cosine &lt;b&gt;similarity&lt;/b&gt;" in page


def test_parameters_of_a_stage_are_words(tmp_path: Path) -> None:
    model = {"backend": "transformers", "context": None, "revision": ""}
    stage = {
        "stage": "rerank",
        "name": "listwise",
        "parameters": {"fields": ["title", "text"], "model": model},
    }
    entry = run("open", "judge", BM25)
    made = replace(entry, card={**entry.card, "pipeline": [stage]})
    url = store(tmp_path / "board.sqlite", dataset("open", "An open set"), made)
    page = (harness.export(tmp_path / "site", store=url).site / "runs" / "open" / "judge.html").read_text()
    assert "fields = title, text, model (backend = transformers)</td>" in page


def test_the_numbers_are_those_of_the_board(url: str, tmp_path: Path) -> None:
    site = harness.export(tmp_path / "site", store=url).site
    with sqlite3.connect(site / "board.sqlite") as database:
        told = dict(
            database.execute("SELECT measure, mean FROM score WHERE dataset = 'open' AND system = 'bm25'")
        )
        values = database.execute(
            "SELECT query, value FROM per_query WHERE dataset = 'open' AND system = 'bm25' "
            "AND measure = 'AP' ORDER BY query"
        ).fetchall()
    assert told == {"nDCG@10": 0.5, "AP": 0.4, "P@10": 0.25}
    assert values == [("q1", 0.8), ("q2", 0.4), ("q3", 0.4), ("q4", 0.0)]
    board = json.loads((site / "data" / "board.json").read_text())
    assert {(row["dataset"], row["system"]) for row in board["rows"]} == {
        ("open", "bm25"),
        ("open", "Überlapp / 2"),
        ("closed", "bm25"),
    }
    assert "0.5000" in (site / "datasets" / "open.html").read_text()


def test_hidden_judgments_stay_hidden(url: str, tmp_path: Path) -> None:
    site = harness.export(tmp_path / "site", store=url).site
    with sqlite3.connect(site / "board.sqlite") as database:
        assert database.execute("SELECT count(*) FROM per_query WHERE dataset = 'closed'").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM per_query WHERE dataset = 'open'").fetchone() == (24,)
    page = (site / "runs" / "closed" / "bm25.html").read_text()
    assert "are hidden" in page
    assert "what is stemming" not in page
    closed = (site / "datasets" / "closed.html").read_text()
    assert 'class="bar"' in closed
    assert 'class="span"' not in closed, "an interval would tell of single queries"


def test_an_empty_board_is_a_site_too(tmp_path: Path) -> None:
    url = store(tmp_path / "board.sqlite")
    site = harness.export(tmp_path / "site", store=url).site
    assert "has no run yet" in (site / "index.html").read_text()


def test_a_folder_of_other_things_is_left_alone(url: str, tmp_path: Path) -> None:
    precious = tmp_path / "site" / "thesis.tex"
    precious.parent.mkdir()
    precious.write_text("do not delete")
    with pytest.raises(CommandError, match="other things"):
        harness.export(tmp_path / "site", store=url)
    assert precious.read_text() == "do not delete"


def test_without_a_store_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        harness.export(tmp_path / "site", store=f"sqlite:///{tmp_path / 'none.sqlite'}")
    assert not (tmp_path / "site").exists()


def test_the_projects_own_record_becomes_a_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'board.sqlite'}"
    board = harness.rebuild(ROOT / "runs", url)
    assert main(["export", str(tmp_path / "site"), "--store", url, "--runs", str(ROOT / "runs")]) == 0
    assert capsys.readouterr().out.strip() == board.digest
    page = (tmp_path / "site" / "datasets" / "demo.html").read_text()
    assert all(row.system in page for row in board.rows)


def test_the_history_is_told_in_few_columns(url: str, tmp_path: Path) -> None:
    record = tmp_path / "record"
    record.mkdir()
    found = {"verdict": "reproduced", "machine_class": "2 cores"}
    append(record, Draft("reproduced", "ada", "open", "bm25", "cd" * 32, "", found))
    append(record, Draft("withdrawn", "ada", "open", "<i>gone</i>", "ef" * 32, "a bug & more"))
    site = harness.export(tmp_path / "site", store=url, runs=record).site
    page = (site / "history.html").read_text()
    assert page.count("<th ") == 4
    assert "bm25 on open was made again: reproduced, on 2 cores by ada" in page
    assert "&lt;i&gt;gone&lt;/i&gt; on open was withdrawn by ada — “a bug &amp; more”" in page
    assert page.count('href="runs/open/') == 1, "what is not on the board has no page"


def test_systems_costs_and_published_figures_have_pages(tmp_path: Path) -> None:
    claim = published(system="bm25", dataset="scifact")[0]
    values = ((claim.value,) * 4,) * 3
    entry = run("scifact", "bm25", values)
    card = {
        **entry.card,
        "hardware": {"machine_class": "m1"},
        "timings": {"queries_per_second": 500.0},
        "index": {"index_bytes": 2_000_000},
    }
    quick = type(entry)(**{name: getattr(entry, name) for name in entry.__slots__} | {"card": card})
    url = store(tmp_path / "board.sqlite", dataset("scifact", "SciFact"), quick, run("scifact", "x", BM25))
    site = harness.export(tmp_path / "site", store=url).site
    systems = (site / "systems.html").read_text()
    assert '<td>bm25</td><td>lexical</td><td><a href="runs/scifact/bm25.html">scifact</a></td>' in systems
    costs = (site / "efficiency.html").read_text()
    assert '<td class="number">2.0000</td>' in costs, "milliseconds a query, and megabytes"
    assert "on the front" in costs
    assert "not compared: its card does not say" in costs
    told = (site / "published.html").read_text()
    assert claim.source in told
    assert "-0.0000" not in told


@pytest.mark.parametrize("page", ["index.html", "datasets/open.html", "runs/open/bm25.html", "history.html"])
def test_every_page_has_a_menu_and_says_what_its_tables_hold(url: str, tmp_path: Path, page: str) -> None:
    text = (harness.export(tmp_path / "site", store=url).site / page).read_text()
    menu = re.search(r"<nav.*?</nav>", text, flags=re.S)
    assert menu is not None
    names = re.findall(r">([A-Z][a-z ]+)</a>", menu[0])
    assert names == [
        "Board",
        "Compare",
        "Systems",
        "Data sets",
        "Efficiency",
        "Published",
        "History",
        "About",
    ]
    for table in re.findall(r"<table>.*?</table>", text, flags=re.S):
        heads = re.findall(r'<th scope="col"( class="number")?>', table)
        first = re.search(r"<tbody><tr>(.*?)</tr>", table)
        assert first is None or len(re.findall(r"<td", first[1])) == len(heads)
