"""Equivalence of compared runs: every pair tested, corrected, printed and written; sizes from the cards."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest

from harness.cli.main import main
from harness.errors import CommandError
from harness.runfiles.card import RunCard, RunIdentity, StageCard, write_card
from harness.statistics.corrections import holm_p
from harness.statistics.equivalence import equivalences, sizes
from harness.statistics.reports.table import write_report
from harness.statistics.runs import compare_runs
from harness.statistics.tost import tost

RANKS = {
    "whole": (1, 1, 2, 2, 1, 1, 1, 1),
    "pruned": (1, 1, 2, 2, 1, 2, 1, 1),
    "bad": (4, 4, 4, 4, 4, 4, 4, 2),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three records; the relevant document's rank is given for each query."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "qrels.txt").write_text("".join(f"q{i} 0 r 1\n" for i in range(1, 9)))
    for name, ranks in RANKS.items():
        lines = [
            f"q{i} Q0 {'r' if k == rank else f'x{k}'} {k} {-k} t\n"
            for i, rank in enumerate(ranks, 1)
            for k in range(1, rank + 1)
        ]
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.trec.gz").write_text("".join(lines))
    return tmp_path


def card(folder: Path, name: str, *stages: StageCard) -> None:
    made = RunCard(
        schema_version=1, system=name, dataset="demo", family="lexical", description="A test.",
        created="2026-01-31T12:00:00Z", run=RunIdentity(sha256="0" * 64), pipeline=list(stages),
    )  # fmt: skip
    write_card(made, folder / name / "card.yaml")


def test_every_shown_pair_is_tested_and_corrected(folder: Path) -> None:
    found = compare_runs(list(RANKS), qrels="qrels.txt", measure="RR", baseline="whole", equivalence=0.25)
    tested = equivalences(found)
    assert [(pair.first, pair.second) for pair in tested] == [("pruned", "whole"), ("bad", "whole")]
    alone = [tost(found.values_of(p.first), found.values_of("whole"), margin=0.25) for p in tested]
    assert [pair.p for pair in tested] == [each.p for each in alone]
    assert [pair.p_corrected for pair in tested] == holm_p(np.array([each.p for each in alone])).tolist()
    assert [pair.equivalent for pair in tested] == [True, False]
    # by hand: pruned loses 1/2 on one query of eight
    assert tested[0].difference == pytest.approx(-1 / 16) and -0.25 < tested[0].low < tested[0].high < 0.25


def test_without_a_margin_nothing_is_tested(folder: Path) -> None:
    found = compare_runs(list(RANKS), qrels="qrels.txt", measure="RR")
    assert equivalences(found) == ()
    write_report(found, folder / "plain.json")
    assert "equivalence" not in json.loads((folder / "plain.json").read_text())


@pytest.mark.parametrize(("margin", "alpha"), [(0.0, 0.05), (-1.0, 0.05), (float("inf"), 0.05), (0.1, 0.5)])
def test_a_margin_that_is_none_is_refused_before_any_run_is_read(margin: float, alpha: float) -> None:
    with pytest.raises(CommandError, match="margin must be above 0"):
        compare_runs([("a", "no.txt"), ("b", "such.txt")], qrels="none", equivalence=margin, alpha=alpha)


def test_sizes_are_those_of_the_cards(folder: Path) -> None:
    facts = {"documents": 40, "index_bytes": 1000}
    inner = StageCard(stage="retrieve", name="dense", facts={"documents": 40, "index_bytes": 24})
    card(
        folder, "whole", StageCard(stage="retrieve", name="bm25", facts=facts),
        StageCard(stage="fuse", name="rrf", branches=[[inner]]),
    )  # fmt: skip
    card(
        folder, "pruned",
        StageCard(stage="prepare", name="prune-x", facts={"documents_read": 40, "documents_given": 30}),
        StageCard(stage="prepare", name="windows", facts={"documents_read": 30, "documents_given": 90}),
        StageCard(stage="retrieve", name="bm25", facts={"documents": 90, "index_bytes": 700}),
    )  # fmt: skip
    found = compare_runs(list(RANKS), qrels="qrels.txt", measure="RR", equivalence=0.25)
    assert {row.name: row[1:] for row in sizes(found)} == {
        "whole": (40, 40, 0.0, 1024),
        "pruned": (40, 90, 0.25, 700),
    }


def test_the_command_prints_and_writes_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card(
        folder, "pruned", StageCard(stage="retrieve", name="bm25", facts={"documents": 9, "index_bytes": 700})
    )
    asked = [
        "compare",
        *RANKS,
        "--qrels",
        "qrels.txt",
        "-m",
        "RR",
        "--baseline",
        "whole",
        "--equivalence",
        "0.25",
    ]
    assert main([*asked, "--json", "out.json", "--csv", "out.csv"]) == 0
    out = capsys.readouterr().out
    assert "is the difference less than 0.25, either way?" in out and "90 % interval" in out
    assert re.search(r"^pruned +whole +-0\.0625 .* equivalent$", out, flags=re.M)
    assert re.search(r"^bad +whole .* not shown equivalent$", out, flags=re.M)
    assert re.search(r"^pruned +9 +9 +0\.0 % +700$", out, flags=re.M)
    written = json.loads((folder / "out.json").read_text())["equivalence"]
    assert (written["margin"], written["alpha"], written["correction"]) == (0.25, 0.05, "holm")
    assert [pair["equivalent"] for pair in written["pairs"]] == [True, False]
    assert written["sizes"] == [
        {"name": "pruned", "documents_read": 9, "documents_indexed": 9, "pruned": 0.0, "index_bytes": 700}
    ]
    rows = list(csv.DictReader((folder / "out.csv").read_text().splitlines()))
    assert [row["tost_equivalent"] for row in rows] == ["1", "0"]
    assert float(rows[0]["tost_p"]) == written["pairs"][0]["p"]
    assert main([*asked, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["equivalence"] == written


def test_a_bad_margin_is_an_error_of_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "whole", "bad", "--qrels", "qrels.txt", "--equivalence", "-1"]) == 2
    assert "margin must be above 0" in capsys.readouterr().err
