"""Many processes at once, and killed ones: nothing acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from harness.leaderboard.board import read_board
from harness.leaderboard.grounds import Grounds
from harness.leaderboard.publishing import catch_up
from harness.leaderboard.rebuild import rebuild
from harness.ledger.chain import verify
from harness.ledger.event import Draft
from harness.ledger.ledger import append, read_events
from tests.conftest import ROOT
from tests.postgres import postgres as postgres
from tests.submissions import crowd


def play(what: str, folder: Path, record: Path, store: str) -> None:
    folder.mkdir()
    command = [sys.executable, "-m", "tests.submissions.crowd", what, str(folder), str(record), store]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, env=os.environ.copy(), check=False
    )
    assert done.returncode == 0, done.stderr


def told(folder: Path, pattern: str) -> list[dict[str, object]]:
    return [json.loads(path.read_text()) for path in sorted(folder.glob(pattern))]


def check_crowd(tmp_path: Path, record: Path, store: str, grounds: Grounds) -> None:
    """Fifty submissions from as many processes, with readers."""
    play("crowd", tmp_path / "crowd", record, store)
    answers = told(tmp_path / "crowd", "writer-*.json")
    assert [answer["error"] for answer in answers if "error" in answer] == []
    assert len(answers) == crowd.SUBMISSIONS
    outcomes = Counter(str(answer["outcome"]) for answer in answers)
    good = crowd.SUBMISSIONS - len(crowd.BAD) - len(crowd.SAME) + 1
    assert outcomes == {"published": good, "refused": len(crowd.BAD), "duplicate": len(crowd.SAME) - 1}
    codes = [answer["codes"] for answer in answers if answer["outcome"] == "refused"]
    assert codes == [["wrong-columns"]] * len(crowd.BAD)
    assert [answer["behind"] for answer in answers if answer["behind"]] == [], "no store was left behind"
    for answer in told(tmp_path / "crowd", "reader-*.json"):
        assert "error" not in answer, answer
        assert answer["sorted"], "a row went away under a reader"
    assert verify(record).ok
    published = Counter(event.system for event in read_events(record) if event.kind == "published")
    assert set(published.values()) == {1} and len(published) == good
    board = read_board(store)
    assert len(board.rows) == good
    again = rebuild(record, f"sqlite:///{tmp_path / 'again.sqlite'}", grounds=grounds)
    assert again.digest == board.digest


def test_fifty_submissions_at_once_with_readers_on_sqlite(
    tmp_path: Path, record: Path, store: str, grounds: Grounds
) -> None:
    check_crowd(tmp_path, record, store, grounds)


def test_fifty_submissions_at_once_with_readers_on_postgresql(
    tmp_path: Path, record: Path, postgres: str, grounds: Grounds
) -> None:
    check_crowd(tmp_path, record, postgres, grounds)


def test_admissions_killed_at_any_moment_lose_and_double_nothing(
    tmp_path: Path, record: Path, store: str, grounds: Grounds
) -> None:
    folder = tmp_path / "kills"
    play("admissions", folder, record, store)
    acknowledged = told(folder, "acknowledged/*")
    assert len(acknowledged) >= crowd.ENOUGH, "the kills came before any work; the test proves nothing"
    assert told(folder, "life-*.json") == [], "every life ended by a kill, none by an error"
    assert verify(record).ok
    catch_up(record, store, grounds=grounds)
    events = read_events(record)
    published = Counter(event.system for event in events if event.kind == "published")
    assert set(published.values()) == {1}, "a repeated submission was not doubled"
    for answer in acknowledged:
        if answer["outcome"] == "published":
            assert events[int(str(answer["event"])) - 1].system == answer["system"]
        assert published[str(answer["system"])] == 1
    board = read_board(store)
    assert {row.system for row in board.rows} == set(published)
    again = rebuild(record, f"sqlite:///{tmp_path / 'again.sqlite'}", grounds=grounds)
    assert again.digest == board.digest


def test_appends_killed_at_any_moment_lose_nothing_acknowledged(tmp_path: Path, record: Path) -> None:
    folder = tmp_path / "kills"
    play("appends", folder, record, "")
    append(record, Draft("curated", "after"))
    found = verify(record)
    assert found.ok and found.torn == 0
    hashes = {event.hash for event in found.events}
    acknowledged = (folder / "appended").read_text().split("\n")[:-1]
    assert len(acknowledged) >= crowd.ENOUGH
    assert set(acknowledged) <= hashes
