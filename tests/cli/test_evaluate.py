"""What `harness evaluate` adds to a score: ties, unjudged documents, a second engine."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
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


def test_the_residual_of_rbp_is_shown(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["-m", "RBP(p=0.5)", "-m", "RBP@2", "-m", "P(judged_only=True)@1"]
    assert main([*command, *asked, "--unjudged", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    # by hand: x, c, b at ranks 1 to 3; c and b are judged, with weights 0.5 * (0.5 + 0.25)
    assert answer["residual"] == {"RBP(p=0.5)": pytest.approx(1 - 0.375)}
    assert answer["unjudged_relevant"]["RBP(p=0.5)"] == pytest.approx(0.5 * (1 + 0.25))
    assert "P(judged_only=True)@1" not in answer["unjudged_relevant"], "a condensed list has none"


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_a_run_comes_through_a_pipe(name: str, command: list[str]) -> None:
    packed = gzip.compress(Path(command[1]).read_bytes())
    done = piped([*command[:1], name, *command[2:], "--ties", "--unjudged", "--check"], packed)
    assert done.returncode == 0, done.stderr
    assert "RR       0.3333" in done.stdout.decode()


def test_judgments_come_through_a_pipe(command: list[str]) -> None:
    qrels = Path(command[3]).read_bytes()
    done = piped([*command[:3], "-", *command[4:]], qrels)
    assert done.returncode == 0, done.stderr
    both = piped([command[0], "-", "--qrels", "-"], qrels)
    assert both.returncode == 2 and b"cannot both" in both.stderr


def test_what_is_wrong_with_a_piped_run_names_the_pipe(command: list[str]) -> None:
    done = piped([command[0], "-", *command[2:]], RUN.replace("2.0", "high").encode())
    assert done.returncode == 1
    assert b"<stdin>:2" in done.stderr and b"/tmp" not in done.stderr
    empty = piped([command[0], "-", *command[2:]], b"")
    assert empty.returncode == 1 and b"<stdin>" in empty.stderr


def piped(arguments: list[str], content: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "harness", *arguments]
    return subprocess.run(command, input=content, capture_output=True, check=False)
