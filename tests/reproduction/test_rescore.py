"""Scoring the record again: what changed, why, and that the old values stay."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

import harness
from harness.cli.main import main
from harness.errors import StoreError
from harness.leaderboard.board import read_board
from harness.ledger.ledger import read_events
from harness.reproduction.rescore import Rescored, rescore

QRELS = "query-id\tcorpus-id\tscore\n"


@pytest.fixture
def place(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A collection of three documents and a record with two runs on it, the store made from them."""
    data = home / "data" / "tiny"
    (data / "qrels").mkdir(parents=True)
    texts = ["red apple", "green apple tree", "blue sea"]
    rows = [{"_id": f"d{i}", "title": "", "text": text} for i, text in enumerate(texts)]
    (data / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    queries = [{"_id": "q0", "text": "apple"}, {"_id": "q1", "text": "sea"}]
    (data / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries))
    (data / "qrels" / "test.tsv").write_text(QRELS + "q0\td0\t1\nq1\td2\t1\n")
    catalogue = {"datasets": {"tiny": entry()}}
    (home / "datasets.yaml").write_text(yaml.safe_dump(catalogue))
    monkeypatch.setenv("HARNESS_CATALOGUE", str(home / "datasets.yaml"))
    for system in ("bm25", "overlap"):
        harness.run(home / "baselines" / f"{system}.yaml", "tiny", home / "runs" / "tiny" / system)
    harness.rebuild("runs", store())
    return home


def entry(**changes: object) -> dict[str, object]:
    return {
        "title": "Tiny", "description": "Three documents.", "task": "test", "domain": "test",
        "languages": ["en"], "licence": "CC0-1.0", "citation": "none", "homepage": "https://example.org",
        "source": {"kind": "folder", "path": "tiny", "where": "here"}, "measures": ["nDCG@10", "RR@10"],
        "counts": {"documents": 3, "queries": 2, "judged_queries": 2, "judgments": 2, "grades": {1: 2}},
        **changes,
    }  # fmt: skip


def store() -> str:
    return "sqlite:///board.sqlite"


def judge(home: Path, lines: str) -> None:
    (home / "data" / "tiny" / "qrels" / "test.tsv").write_text(QRELS + lines)


def edit(statement: str) -> None:
    """Change the store behind the harness's back."""
    import sqlite3

    with sqlite3.connect("board.sqlite") as connection:
        connection.execute(statement)
    connection.close()


def told(found: Rescored) -> set[tuple[str, str, str]]:
    """System, measure and the first words of the first reason of every change."""
    return {(cell.system, cell.measure, cell.reasons[0].partition(":")[0]) for cell in found.cells}


def test_nothing_changed(place: Path) -> None:
    found = rescore("runs", store())
    assert (found.cells, found.events, found.ok, found.compared) == ((), (), True, 4)
    assert found.digest_before == found.digest_after
    assert not (place / "runs" / "ledger.jsonl").exists()


def test_other_judgments_are_the_reason_and_the_old_values_stay(place: Path) -> None:
    # q0 ranks d0 (2 words) above d1 (3 words): with d1 relevant instead of d0, RR falls from 1 to 1/2
    judge(place, "q0\td1\t1\nq1\td2\t1\n")
    found = rescore("runs", store())
    changed = {(cell.system, cell.measure): (cell.old, cell.new) for cell in found.cells}
    assert changed["bm25", "RR@10"] == (1.0, 0.75)
    assert {reason for _, _, reason in told(found)} == {"judgments changed"}
    (event,) = [event for event in read_events("runs") if event.system == "bm25"]
    assert (event.kind, event.details["old"]["RR@10"], event.details["new"]["RR@10"]) == (
        "re-scored",
        1.0,
        0.75,
    )
    (now,) = [row for row in read_board(store()).rows if row.system == "bm25"]
    assert (now.sha256, now.measures["RR@10"]) == (event.run, 0.75)
    assert rescore("runs", store()).cells == ()


def test_values_of_queries_that_were_edited_in_the_store_are_told(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They decide which systems can be told apart, while every mean is as it was."""
    edit("UPDATE vector SET per_query = zeroblob(length(per_query)) WHERE run_id = 1")
    assert main(["rescore", "--runs", "runs", "--store", store(), "--dry-run"]) == 1
    assert (
        "tiny: the values of queries of bm25 in the store were others; unexplained" in capsys.readouterr().out
    )
    found = rescore("runs", store())
    assert (found.cells, found.altered, found.events, found.ok) == ((), (("tiny", "bm25"),), (), False)
    assert rescore("runs", store()).ok, "the store was made again"


def test_a_dry_run_changes_nothing(place: Path) -> None:
    before = read_board(store()).digest
    judge(place, "q0\td1\t1\nq1\td2\t1\n")
    found = rescore("runs", store(), dry_run=True)
    assert found.cells
    assert (found.events, read_board(store()).digest) == ((), before)
    assert not (place / "runs" / "ledger.jsonl").exists()


def test_another_engine_is_the_reason(place: Path) -> None:
    edit("UPDATE run SET engine_version = '0.0.1' WHERE system = 'bm25'")
    edit("UPDATE score SET mean = 0.5 WHERE measure = 'RR@10'")
    found = rescore("runs", store(), dry_run=True)
    assert told(found) == {
        ("bm25", "RR@10", "engine changed"),
        ("overlap", "RR@10", "unexplained"),
    }
    assert not found.ok, "a change without a reason is a fault"


def test_a_quirk_is_the_reason(place: Path) -> None:
    judge(place, "q0\td0\t1\nq0\td1\t2\nq1\td2\t1\n")
    rescore("runs", store())
    changed = entry(quirks={"grade_map": {2: 0}}, quirk_notes="Grade 2 was given by mistake.")
    (place / "datasets.yaml").write_text(yaml.safe_dump({"datasets": {"tiny": changed}}))
    found = rescore("runs", store(), dry_run=True)
    assert {cell.system for cell in found.cells} == {"bm25", "overlap"}
    for cell in found.cells:
        assert any(reason.startswith("quirks changed: grade_map") for reason in cell.reasons)


def test_runs_and_measures_that_come_and_go(place: Path) -> None:
    (place / "datasets.yaml").write_text(
        yaml.safe_dump({"datasets": {"tiny": entry(measures=["nDCG@10", "AP"])}})
    )
    shutil.rmtree(place / "runs" / "tiny" / "overlap")
    harness.run(place / "baselines" / "tfidf.yaml", "tiny", place / "runs" / "tiny" / "tfidf")
    found = rescore("runs", store(), dry_run=True)
    assert told(found) == {
        ("bm25", "AP", "new measure"),
        ("bm25", "RR@10", "the measure is no longer asked for"),
        ("overlap", "nDCG@10", "the run is no longer on the board"),
        ("overlap", "RR@10", "the run is no longer on the board"),
        ("tfidf", "nDCG@10", "new on the board"),
        ("tfidf", "AP", "new on the board"),
    }
    assert found.ok


def test_another_run_of_the_same_system_is_the_reason(place: Path) -> None:
    shutil.rmtree(place / "runs" / "tiny" / "overlap")
    path = place / "baselines" / "overlap.yaml"
    path.write_text(path.read_text().replace("retrieve: overlap", "retrieve: ql-dirichlet"))
    harness.run(path, "tiny", place / "runs" / "tiny" / "overlap")
    edit("UPDATE score SET mean = 0.25 WHERE measure = 'RR@10'")
    found = rescore("runs", store())
    assert ("overlap", "RR@10", "run changed") in told(found)
    assert {event.system for event in found.events} == {"bm25"}, "another run is not the same one re-scored"


def test_a_macro_average_has_the_reasons_of_its_parts(place: Path) -> None:
    mean = {
        key: value for key, value in entry(parts=["tiny", "small"]).items() if key not in ("source", "counts")
    }
    catalogue = {"tiny": entry(), "small": entry(source={"kind": "folder", "path": "small", "where": "here"})}
    (place / "datasets.yaml").write_text(yaml.safe_dump({"datasets": {**catalogue, "mean": mean}}))
    shutil.copytree(place / "data" / "tiny", place / "data" / "small")
    harness.run(place / "baselines" / "bm25.yaml", "small", place / "runs" / "small" / "bm25")
    harness.rebuild("runs", store())
    judge(place, "q0\td1\t1\nq1\td2\t1\n")
    found = rescore("runs", store())
    (cell,) = [cell for cell in found.cells if (cell.dataset, cell.measure) == ("mean", "RR@10")]
    assert (cell.old, cell.new) == (1.0, 0.875)  # (0.75 + 1) / 2
    assert cell.reasons[0].startswith("judgments changed")
    assert {event.dataset for event in found.events} == {"tiny", "mean"}


def test_hidden_judgments_leave_no_scores_in_the_ledger(place: Path) -> None:
    hidden = entry(hidden="judgments")
    (place / "datasets.yaml").write_text(yaml.safe_dump({"datasets": {"tiny": hidden}}))
    harness.rebuild("runs", store())
    judge(place, "q0\td1\t1\nq1\td2\t1\n")
    found = rescore("runs", store())
    assert found.cells
    assert {key for event in found.events for key in event.details} == {"measures"}


def test_a_bad_record_changes_nothing(place: Path) -> None:
    before = read_board(store()).digest
    (place / "runs" / "tiny" / "bm25" / "card.yaml").unlink()
    with pytest.raises(StoreError, match=r"card\.yaml is missing"):
        rescore("runs", store())
    assert read_board(store()).digest == before


def test_the_command_prints_every_change_with_its_reason(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judge(place, "q0\td1\t1\nq1\td2\t1\n")
    assert main(["rescore", "--runs", "runs", "--store", store(), "--dry-run", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["dry_run"], found["events"]) == (True, True, [])
    assert {change["measure"] for change in found["changes"]} == {"nDCG@10", "RR@10"}
    assert main(["rescore", "--runs", "runs", "--store", store()]) == 0
    shown = capsys.readouterr().out
    assert "judgments changed" in shown
    assert "the old values stay in the ledger" in shown


def test_without_a_store_there_is_nothing_to_compare_with(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rescore", "--runs", "runs", "--store", "sqlite:///nothing.sqlite"]) == 1
    assert "harness rebuild" in capsys.readouterr().err
