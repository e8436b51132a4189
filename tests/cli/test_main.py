"""The command line as a person meets it: help, exit codes, no traceback for bad input."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import harness
from harness.cli.main import VERBS, main

RUN = "1 Q0 a 1 3.0 t\n1 Q0 b 2 2.0 t\n1 Q0 c 3 1.0 t\n"


def call(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The installed command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "harness", *arguments], capture_output=True, text=True, cwd=folder, check=False
    )


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "run.txt").write_text(RUN)
    (tmp_path / "qrels.txt").write_text("1 0 a 0\n1 0 b 2\n1 0 c 1\n2 0 a 1\n")
    return tmp_path


def test_help_shows_every_verb_with_an_example() -> None:
    done = call("--help")
    assert done.returncode == 0
    for verb in VERBS:
        assert verb.summary in " ".join(done.stdout.split())
        assert verb.example in done.stdout


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_has_help_and_a_public_function(verb: object) -> None:
    name, function = verb.name, verb.function  # type: ignore[attr-defined]
    done = call(name, "--help")
    assert done.returncode == 0
    assert "usage: harness" in done.stdout
    assert callable(getattr(harness, function))


def test_evaluate_prints_full_precision(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["evaluate", str(files / "run.txt"), "--qrels", str(files / "qrels.txt")]
    assert main([*arguments, "-m", "RR", "-m", "P(rel=2)@2", "--format", "json", "--by-query"]) == 0
    answer = json.loads(capsys.readouterr().out)
    # by hand: query 1 has its first relevant document at rank 2; query 2 is judged and not answered
    assert answer["measures"] == {"RR": 0.25, "P(rel=2)@2": 0.25}
    assert answer["queries"]["RR"] == {"1": 0.5, "2": 0.0}
    assert (answer["answered"], answer["judged_queries"]) == (1, 2)


def test_evaluate_prints_a_table_by_default(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(files / "run.txt"), "--qrels", str(files / "qrels.txt"), "-m", "RR"]) == 0
    out = capsys.readouterr().out
    assert "RR" in out and "0.2500" in out and "2 judged queries, 1 answered" in out


def test_evaluate_says_how_many_queries_nothing_can_be_found_for(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where columns of the judgments were swapped: every score is 0, and nothing else would tell."""
    (files / "swapped.txt").write_text("1 1 a 0\n2 1 b 0\n")
    assert main(["evaluate", str(files / "run.txt"), "--qrels", str(files / "swapped.txt")]) == 0
    assert "2 judged queries, 1 answered, 2 without a document of grade 1" in capsys.readouterr().out


def test_run_tells_judged_queries_that_are_not_there(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files)
    (files / "data" / "qrels").mkdir(parents=True)
    (files / "data" / "corpus.jsonl").write_text('{"_id": "a", "text": "the sea"}\n')
    (files / "data" / "queries.jsonl").write_text('{"_id": "1", "text": "sea"}\n')
    (files / "data" / "qrels" / "test.tsv").write_text("1 0 a 1\n2 0 a 1\n3 0 a 1\n")
    assert main(["run", "overlap.yaml", "--dataset", "./data", "--out", "out"]) == 0
    said = capsys.readouterr().err
    assert "note: 2 of 3 judged queries are not among the queries, 2 first" in said
    assert "answered 1 of 3 judged queries" in said


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["frobnicate"], 2, "invalid choice"),
        (["evaluate", "run.txt"], 2, "--qrels"),
        (["evaluate", "none.txt", "--qrels", "qrel.txt"], 2, "qrel.txt. Did you mean qrels.txt"),
        (["evaluate", "run.txt", "--qrels", "none.txt"], 2, "none.txt"),
        (["run", "demo", "--dataset", "good.yaml", "--out", "x"], 2, "demo is a data set"),
        (
            ["compare", "run.txt", "x=run2.txt", "--qrels", "qrels.txt", "--csv", "./run2.txt"],
            2,
            "would be lost",
        ),
        (
            ["compare", "run.txt", "run2.txt", "--qrels", "qrels.txt", "--json", "qrels.txt"],
            2,
            "would be lost",
        ),
        (["reproduce", "good.yaml", "--dataset", "demo", "--json", "good.yaml"], 2, "good.yaml is read"),
        (["fit", "good.yaml", "--dataset", "demo", "--split", "dev", "--out", "good.yaml"], 2, "is read"),
        (["card", "export", "good.yaml", "--ir-metadata", "--out", "good.yaml"], 1, "good.yaml has"),
        (
            [
                "card",
                "import",
                "run2.txt",
                "--run",
                "run.txt",
                "--family",
                "x",
                "--description",
                "d",
                "--created",
                "2026-01-31T12:00:00Z",
                "--out",
                "run.txt",
            ],
            2,
            "run.txt is read",
        ),
        (["reproduce", "scifact"], 2, "its place is behind --dataset"),
        (["validate", "record"], 1, "record/run.trec.gz"),
        (["compare", "run.txt", "a=none.txt", "--qrels", "qrels.txt"], 2, "There is no file none.txt"),
        (["card", "show", "none.yaml"], 2, "none.yaml"),
        (["run", "record", "--dataset", "demo", "--out", "x"], 1, "record is a folder"),
        (["fit", "none.yaml", "--dataset", "demo", "--split", "dev"], 2, "none.yaml"),
        (["fit", "good.yaml", "--dataset", "demo", "--split", "dev", "--out", "no name.yaml"], 2, "no name"),
        (["evaluate", "run.txt", "--qrels", "qrels.txt", "-m", "nDGC@10"], 2, "nDCG"),
        (["evaluate", "run.txt", "--qrels", "run.txt"], 1, "run.txt:1"),
        (["validate", "run.txt", "--dataset", "dmeo"], 2, "demo"),
        (["run", "none.yaml", "--dataset", "demo", "--out", "x"], 2, "none.yaml"),
        (["run", "bad.yaml", "--dataset", "demo", "--out", "x"], 1, "pipeline[0].parameters"),
        (["rebuild", "--runs", "nowhere"], 2, "nowhere"),
        (["board", "--store", "sqlite:///none.sqlite"], 1, "harness rebuild"),
        (["serve", "--store", "sqlite:///none.sqlite"], 1, "harness rebuild"),
        (["datasets", "show", "dmeo"], 2, "demo"),
        (["run", "good.yaml", "--dataset", "~nobody-here/x", "--out", "x"], 1, "~nobody-here/x"),
        (["evaluate", "other.txt", "--qrels", "qrels.txt"], 1, "none of the 2 judged queries"),
        (["run", "good.yaml", "--dataset", "demo", "--out", "run.txt/x"], 2, "run.txt is a file"),
        (["serve", "--port", "99999"], 2, "99999 is not a port"),
    ],
)
def test_bad_input_gives_a_sentence_and_the_right_exit_code(
    files: Path, arguments: list[str], code: int, says: str
) -> None:
    (files / "bad.yaml").write_text(
        "version: 1\nsystem: x\nfamily: lexical\ndescription: d\n"
        "pipeline:\n  - retrieve: bm25\n    parameters: {k1: high, kk: 1}\n"
    )
    (files / "good.yaml").write_text(
        "version: 1\nsystem: x\nfamily: lexical\ndescription: d\npipeline: [{retrieve: bm25}]\n"
    )
    (files / "run2.txt").write_text(RUN.replace("3.0", "0.5"))
    (files / "record").mkdir()
    (files / "other.txt").write_text("77 Q0 a 1 1.0 t\n")
    done = call(*arguments, folder=files)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_validate_lists_everything_and_fails(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = files / "bad.txt"
    bad.write_text("1 Q0 a 1 high t\n1 Q0 b 2 2.0\n1 Q0 c 3 1.0 t\n1 Q0 c 4 0.5 t\n")
    assert main(["validate", str(bad), "--format", "json"]) == 1
    issues = json.loads(capsys.readouterr().out)["issues"]
    assert {(issue["code"], issue["line"]) for issue in issues} >= {
        ("text-score", 1),
        ("wrong-columns", 2),
        ("duplicate-document", 4),
    }


@pytest.mark.parametrize("verb", [["evaluate", "--qrels", "qrels.txt"], ["validate"]])
def test_the_folder_of_a_record_stands_for_its_run(files: Path, verb: list[str]) -> None:
    (files / "record").mkdir()
    with gzip.open(files / "record/run.trec.gz", "wt") as stream:
        stream.write(RUN)
    done = [call(*verb, name, folder=files) for name in ("record", "record/run.trec.gz")]
    assert done[0].returncode == 0, done[0].stderr
    assert done[0].stdout.replace("record", "") == done[1].stdout.replace("record", "")


def test_a_run_that_its_card_does_not_name_is_found_out(tmp_path: Path, root: Path) -> None:
    record = tmp_path / "bm25"
    shutil.copytree(root / "runs/demo/bm25", record)
    assert call("validate", str(record)).returncode == 0
    text = gzip.decompress((record / "run.trec.gz").read_bytes())
    (record / "run.trec.gz").write_bytes(gzip.compress(b"".join(text.splitlines(keepends=True)[:-1])))
    done = call("validate", str(record))
    assert done.returncode == 1
    assert "[other-card]" in done.stdout


def test_judgments_in_a_folder_are_not_taken_for_a_run(files: Path) -> None:
    (files / "record").mkdir()
    done = call("evaluate", "run.txt", "--qrels", "record", folder=files)
    assert done.returncode == 2
    assert "record is a folder" in done.stderr


def test_validate_passes_a_clean_file(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(files / "run.txt")]) == 0
    identity = hashlib.sha256(RUN.encode()).hexdigest()  # the file is in canonical form already
    assert capsys.readouterr().out == f"sha256 of the canonical text: {identity}\nfine\n"


def test_validate_ends_with_the_codes_it_found(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = files / "bad.txt"
    bad.write_text("1 Q0 a 1 high t\n1 Q0 b 2 2.0 u\n")
    assert main(["validate", str(bad)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "refused; errors: text-score; warnings: mixed-tags"
