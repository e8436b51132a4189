"""Reproductions in the ledger, and the badges that the board takes from them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harness.cli.main import main
from harness.ledger.event import Draft
from harness.ledger.ledger import append, read_events
from harness.reproduction.badges import last_reproduced, record_reproduction, verdicts
from harness.reproduction.reproduction import Reproduction, Row
from harness.reproduction.verdict import Verdict
from harness.runfiles.card import read_card
from harness.runfiles.environment import hardware
from tests.conftest import ROOT
from tests.reproduction.files import with_parameters

DEMO = ROOT / "runs" / "demo"


@pytest.fixture
def record(home: Path) -> Path:
    """A record with two runs of the demo collection and no ledger yet."""
    for system in ("bm25", "overlap"):
        shutil.copytree(DEMO / system, home / "runs" / "demo" / system)
    return home / "runs"


def run_sha256(record: Path, system: str) -> str:
    return read_card(record / "demo" / system / "card.yaml").run.sha256


def test_verdicts_are_recorded_and_read_as_badges(record: Path, home: Path) -> None:
    with_parameters(home / "baselines" / "bm25.yaml", k1=1.3)
    words = ["reproduce", "baselines/bm25.yaml", "baselines/overlap.yaml", "--dataset", "demo", "--record"]
    assert main([*words, "--actor", "a curator"]) == 1
    events = read_events(record)
    assert [(event.kind, event.actor, event.system) for event in events] == [
        ("reproduced", "a curator", "bm25"),
        ("reproduced", "a curator", "overlap"),
    ]
    badges = last_reproduced(events)
    assert {system: badge.verdict for (_, system), badge in badges.items()} == {
        "bm25": "different",
        "overlap": "reproduced",
    }
    badge = badges["demo", "overlap"]
    assert badge.date == events[1].time[:10]
    assert badge.machine_class == hardware().machine_class
    assert badge.run == run_sha256(record, "overlap")


def test_the_last_event_counts(record: Path) -> None:
    for verdict in ("failed", "reproduced"):
        details = {"machine_class": "a machine", "verdict": verdict}
        append(record, Draft("reproduced", "x", "demo", "bm25", run_sha256(record, "bm25"), "", details))
    append(record, Draft("curated", "x", "demo", "bm25", reason="a note"))
    events = read_events(record)
    assert last_reproduced(reversed(events))["demo", "bm25"].verdict == "reproduced"


def test_without_a_stored_run_or_a_verdict_nothing_is_recorded(record: Path) -> None:
    rows = (
        Row(system="bm25", dataset="demo", measure="AP", verdict=Verdict.CANNOT),
        Row(system="tfidf", dataset="demo", measure="AP", verdict=Verdict.REPRODUCED),
        Row(system="broken-file", verdict=Verdict.FAILED),
    )
    found = Reproduction(against="expected", rows=rows)
    assert record_reproduction(found, record, actor="x") == ()
    assert not (record / "ledger.jsonl").exists()


def test_the_worst_verdict_is_the_systems() -> None:
    given = (Verdict.REPRODUCED, Verdict.WITHIN, Verdict.CANNOT)
    rows = tuple(Row(system="a", dataset="demo", measure="AP", verdict=verdict) for verdict in given)
    found = Reproduction(against="expected", rows=rows)
    assert verdicts(found) == {("demo", "a"): Verdict.WITHIN}


def test_what_others_published_is_not_recorded(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["reproduce", "baselines/bm25.yaml", "--against", "published", "--record"]
    assert main(words) == 2
    assert "--record" in capsys.readouterr().err
    assert not (record / "ledger.jsonl").exists()
