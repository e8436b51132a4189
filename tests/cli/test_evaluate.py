"""What `harness evaluate` adds to a score: ties, unjudged documents, a second engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli.main import main

# b and c are tied, so trec_eval puts c first; x is not judged
RUN = "1 Q0 x 1 3.0 t\n1 Q0 b 2 2.0 t\n1 Q0 c 3 2.0 t\n"
QRELS = "1 0 b 1\n1 0 c 0\n"


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    (tmp_path / "run.txt").write_text(RUN)
    (tmp_path / "qrels.txt").write_text(QRELS)
    return [
        "evaluate",
        str(tmp_path / "run.txt"),
        "--qrels",
        str(tmp_path / "qrels.txt"),
        "-m",
        "RR",
        "-m",
        "R@2",
    ]


def test_ties_give_a_range(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--ties", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    # by hand: the relevant b is at rank 3 officially and at worst, at rank 2 at best
    assert answer["measures"] == {"RR": 1 / 3, "R@2": 0.0}
    assert answer["ties"]["lowest"] == {"RR": 1 / 3, "R@2": 0.0}
    assert answer["ties"]["expected"] == pytest.approx({"RR": 5 / 12, "R@2": 0.5})
    assert answer["ties"]["highest"] == {"RR": 0.5, "R@2": 1.0}


def test_unjudged_documents_are_assumed_relevant_where_that_means_something(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--unjudged", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["unjudged_relevant"] == {"RR": 1.0}


def test_a_second_engine_agrees(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "-m", "Judged@10", "--check"]) == 0
    assert "pytrec_eval agrees on RR, R@2" in capsys.readouterr().out


def test_the_table_keeps_empty_cells_empty(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--unjudged"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["measure", "mean", "unjudged", "relevant"]
    assert lines[3].split() == ["R@2", "0.0000"]
