"""What `harness evaluate` adds to a score: ties, unjudged documents, a second engine."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cli.main import main
from harness.cli.output import print_table
from tests.conftest import ROOT

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


def test_judgments_and_measures_of_a_data_set(capsys: pytest.CaptureFixture[str]) -> None:
    """The means are those that the card's promise in baselines/bm25.yaml states to four digits."""
    run = str(ROOT / "runs" / "demo" / "bm25" / "run.trec.gz")
    assert main(["evaluate", run, "--dataset", "demo", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer["measures"])[:2] == ["nDCG@10", "AP"]
    assert round(answer["measures"]["nDCG@10"], 4) == 0.6270
    assert round(answer["measures"]["AP"], 4) == 0.5195


def test_the_protocol_of_the_data_set_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """ArguAna's queries are documents of its collection: a query's own document is dropped before scoring."""
    folder = tmp_path / "arguana"
    (folder / "qrels").mkdir(parents=True)
    texts = [{"_id": name, "title": "", "text": name} for name in ("one", "two")]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(text) + "\n" for text in texts))
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "one", "text": "one"}) + "\n")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\none\ttwo\t1\n")
    monkeypatch.setenv("HARNESS_DATA", str(tmp_path))
    run = tmp_path / "run.txt"
    run.write_text("one Q0 one 1 2.0 t\none Q0 two 2 1.0 t\n")
    asked = ["evaluate", str(run), "--dataset", "arguana", "-m", "RR", "--ties", "--format", "json"]
    assert main(asked) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["measures"] == {"RR": 1.0}
    assert answer["ties"]["lowest"] == {"RR": 1.0}


@pytest.mark.parametrize("more", [[], ["--qrels", "q.txt", "--dataset", "demo"]])
def test_judgments_come_from_one_place(command: list[str], more: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*command[:2], *more])
    assert stopped.value.code == 2


@pytest.mark.parametrize("verb", ["evaluate", "validate"])
def test_a_missing_run_is_said_before_a_data_set_is_fetched(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb, str(tmp_path / "nosuch"), "--dataset", "msmarco"]) == 2
    assert "There is no file" in capsys.readouterr().err


def test_a_run_that_is_a_pipe_is_said_to_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert main(["validate", str(tmp_path / "pipe")]) == 1
    assert "is a pipe or a device" in capsys.readouterr().err


def test_wide_characters_take_two_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["system", "mean"], [["検索", 0.5], ["e\u0301te", 0.25], ["abcd", 1.0]])
    assert capsys.readouterr().out.splitlines() == [
        "system    mean",
        "──────  ──────",
        "検索    0.5000",
        "e\u0301te     0.2500",
        "abcd    1.0000",
    ]
