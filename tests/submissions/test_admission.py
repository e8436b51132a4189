"""Admission: one door, one receipt, one event; nothing that fails changes the board."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from harness.errors import CommandError
from harness.leaderboard.board import read_board
from harness.leaderboard.grounds import Grounds
from harness.leaderboard.rebuild import rebuild
from harness.ledger.chain import verify
from harness.ledger.event import Event
from harness.ledger.ledger import read_events
from harness.submissions.admission import admit
from harness.submissions.quarantine import QUARANTINE, read_receipt, receipts
from harness.submissions.receipt import Finding, Receipt, finding
from harness.submissions.upload import Upload
from tests.submissions.conftest import Submit
from tests.submissions.making import card, ranking, run_text, write_pair


def kinds(record: Path) -> list[str]:
    return [event.kind for event in read_events(record)]


def codes(receipt: Receipt) -> set[str]:
    return {item.code for item in receipt.every_finding() if item.severity == "error"}


def test_a_good_run_is_scored_published_and_shown(submit: Submit, record: Path, store: str) -> None:
    receipt = submit(1, "mine")
    assert receipt.outcome == "published" and receipt.ok
    (entry,) = receipt.entries
    assert (entry.dataset, entry.system, entry.answered, entry.judged_queries) == ("tiny", "mine", 12, 12)
    (row,) = read_board(store).rows
    assert dict(row.measures) == dict(entry.scores), "the board shows what the receipt says"
    assert (row.submitter, row.version, row.sha256) == ("Ada Author", 1, entry.sha256)
    assert kinds(record) == ["submitted", "accepted", "published"]
    last = read_events(record)[-1]
    assert (receipt.event, receipt.event_hash, row.published) == (3, last.hash, last.time)
    assert (record / "tiny" / "mine" / "run.trec.gz").is_file()
    assert read_receipt(record, receipt.id) == receipt


def test_what_is_published_one_by_one_is_what_a_rebuild_gives(
    submit: Submit, record: Path, store: str, tmp_path: Path
) -> None:
    for seed, system in ((1, "a"), (2, "b"), (3, "a"), (4, "c")):
        assert submit(seed, system).outcome == "published"
    again = rebuild(record, f"sqlite:///{tmp_path / 'again.sqlite'}")
    assert read_board(store).digest == again.digest
    assert read_board(store).rows == again.rows
    assert [(row.system, row.version) for row in sorted(again.rows, key=lambda row: row.system)] == [
        ("a", 2),
        ("b", 1),
        ("c", 1),
    ]


def test_a_dry_run_says_the_same_and_leaves_nothing(submit: Submit, record: Path) -> None:
    rehearsed = submit(1, "mine", dry_run=True)
    assert (rehearsed.outcome, rehearsed.dry_run, rehearsed.event) == ("would-publish", True, None)
    assert not list(record.iterdir())
    assert submit(1, "mine", dry_run=True, contact=None).outcome == "would-refuse"
    assert submit(1, "mine").entries[0].scores == rehearsed.entries[0].scores


def test_the_same_upload_twice_is_one_run(submit: Submit, record: Path, store: str) -> None:
    first = submit(1, "mine")
    digest = read_board(store).digest
    second = submit(1, "mine")
    assert second.outcome == "duplicate" and second.ok
    assert second.entries[0].duplicates[0].kind == "same-run"
    assert second.event_hash == first.event_hash
    assert len(kinds(record)) == 3 and read_board(store).digest == digest


def test_a_newer_run_replaces_the_older_one_which_stays(submit: Submit, record: Path, store: str) -> None:
    old = submit(1, "mine").entries[0]
    new = submit(2, "mine").entries[0]
    (row,) = read_board(store).rows
    assert (row.sha256, row.version) == (new.sha256, 2)
    kept = record / "tiny" / "mine" / "versions" / old.sha256[:12]
    assert sorted(path.name for path in kept.iterdir()) == ["card.yaml", "run.trec.gz"]


def test_a_refused_submission_changes_nothing_and_is_kept(submit: Submit, record: Path, store: str) -> None:
    submit(1, "mine")
    before = read_board(store).digest
    receipt = submit(2, "bad", contact=None, familly="dense")
    assert receipt.outcome == "refused" and not receipt.ok
    assert codes(receipt) == {"card-invalid"}
    assert "Did you mean 'family'?" in str(next(receipt.every_finding()))
    assert read_board(store).digest == before
    assert not (record / "tiny" / "bad").exists()
    kept = record / QUARANTINE / receipt.id
    assert {path.name for path in kept.rglob("*") if path.is_file()} == {
        "report.json",
        "upload.bin",
        "card.yaml",
    }
    assert kinds(record)[3:] == ["submitted", "refused"]
    assert read_events(record)[-1].details["codes"] == ["card-invalid"]
    assert receipts(record, actor="ada")[0].id == receipt.id


def test_every_finding_of_run_and_card_comes_at_once_with_its_line(
    tmp_path: Path, record: Path, grounds: Grounds
) -> None:
    run, told = tmp_path / "r.txt", tmp_path / "c.yaml"
    run.write_text("q00 Q0 d01 1 9 t\nq00 Q0 nosuch 2 8 t\nzz Q0 d01 1 7 t\n")
    told.write_text(yaml.safe_dump(card(contact=None, code_licence=None)))
    receipt = admit(Upload(path=run, card=told), record=record, store=None, actor="a", grounds=grounds)
    found = {(item.file, item.line, item.code, item.key) for item in receipt.every_finding()}
    assert ("r.txt", 2, "unknown-document", None) in found
    assert ("r.txt", 3, "unknown-query", None) in found
    assert {("c.yaml", None, "card-incomplete", key) for key in ("contact", "code_licence")} <= found
    assert receipt.entries[0].scores == {}, "no score of what is refused"


@pytest.mark.parametrize(
    ("fields", "code", "key"),
    [
        ({"training_data": None}, "card-incomplete", "training_data"),
        ({"training_data": {"tinny": "none"}}, "card-incomplete", "training_data"),
        ({"training_evidence": None}, "card-incomplete", "training_evidence.tiny"),
        ({"pipeline": None}, "card-incomplete", "pipeline"),
        ({"code_licence": None}, "card-incomplete", "code_licence"),
        ({"input_fields": []}, "card-incomplete", "input_fields"),
        ({"system": ".hidden"}, "card-name", "system"),
        ({"system": "a/b"}, "card-invalid", "system"),
        ({"system": "ü" * 101}, "card-invalid", "system"),
        ({"system": "検" * 90}, "card-name", "system"),
        ({"dataset": "nosuch"}, "dataset-unknown", "dataset"),
        ({"dataset": "~root"}, "dataset-unknown", "dataset"),
        ({"dataset": "cqadupstack"}, "dataset-unknown", "dataset"),
        ({"run": {"sha256": "0" * 63 + "1"}}, "card-hash", "run.sha256"),
        ({"anonymous_until": "2020-01-01"}, "card-embargo", "anonymous_until"),
        ({"anonymous_until": "soon"}, "card-invalid", "anonymous_until"),
        ({"schema_version": 2}, "card-invalid", "schema_version"),
    ],
    ids=str,
)
def test_what_a_card_may_not_say(
    submit: Submit, record: Path, fields: dict[str, object], code: str, key: str
) -> None:
    receipt = submit(1, **{"system": "mine", **fields})  # type: ignore[arg-type]
    assert receipt.outcome == "refused"
    assert (code, key) in {(item.code, item.key) for item in receipt.every_finding()}
    assert not (record / "tiny").exists()


def test_nine_months_are_the_longest_embargo(submit: Submit) -> None:
    moment = "2026-05-31T10:00:00.000000Z"
    assert submit(1, "m", moment=moment, dry_run=True, anonymous_until="2027-02-28").ok
    assert not submit(1, "m", moment=moment, dry_run=True, anonymous_until="2027-03-01").ok
    assert not submit(1, "m", moment=moment, dry_run=True, anonymous_until="2026-05-31").ok


def test_a_policy_is_asked_before_scoring_and_again_under_the_lock(
    tmp_path: Path, record: Path, grounds: Grounds
) -> None:
    run, told = write_pair(tmp_path, 1, "mine")
    asked: list[tuple[list[tuple[str, str]], int]] = []

    def gate(pairs: object, events: tuple[Event, ...]) -> list[Finding]:
        asked.append((list(pairs), len(events)))  # type: ignore[call-overload]
        return [finding("not-scored", "policy", "The budget is spent.")] if len(asked) == 2 else []

    receipt = admit(
        Upload(path=run, card=told), record=record, store=None, actor="a", grounds=grounds, gate=gate
    )
    assert receipt.outcome == "refused"
    assert [pairs for pairs, _ in asked] == [[("tiny", "mine")]] * 2
    assert receipt.entries[0].scores == {}
    assert not (record / "tiny").exists()


def test_a_folder_with_a_manifest_is_accepted_whole_or_not_at_all(
    tmp_path: Path, record: Path, store: str, grounds: Grounds
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    (folder / "one.run").write_text(run_text(ranking(1)))
    (folder / "two.run").write_text(run_text(ranking(2)))
    both = card(training_data={"tiny": "none", "other": "unknown"})
    (folder / "card.yaml").write_text(yaml.safe_dump({k: v for k, v in both.items() if k != "dataset"}))
    (folder / "notes.txt").write_text("hello")
    manifest = folder / "manifest.yaml"
    manifest.write_text(
        "runs:\n- {dataset: tiny, run: one.run, card: card.yaml}\n"
        "- {dataset: other, run: two.run, card: card.yaml}\n"
    )
    receipt = admit(Upload(path=folder), record=record, store=store, actor="a", grounds=grounds)
    assert receipt.outcome == "published", [str(item) for item in receipt.every_finding()]
    assert {item.code for item in receipt.findings} == {"unused-file"}
    assert {row.dataset for row in read_board(store).rows} == {"tiny", "other"}
    (folder / "one.run").write_text(run_text(ranking(5)))
    (folder / "two.run").write_text("broken\n")
    second = admit(Upload(path=folder), record=record, store=store, actor="a", grounds=grounds)
    assert second.outcome == "refused"
    assert {row.version for row in read_board(store).rows} == {1}
    third = folder / "manifest.yaml"
    third.write_text("runs:\n" + "- {dataset: tiny, run: one.run, card: card.yaml}\n" * 2)
    assert codes(admit(Upload(path=folder), record=record, store=None, actor="a", grounds=grounds)) == {
        "manifest-repeated"
    }


def test_without_a_store_the_ledger_and_the_files_are_enough(
    tmp_path: Path, record: Path, store: str, grounds: Grounds
) -> None:
    run, told = write_pair(tmp_path, 1, "mine")
    receipt = admit(Upload(path=run, card=told), record=record, store=None, actor="a", grounds=grounds)
    assert receipt.outcome == "published"
    assert rebuild(record, store).rows[0].measures == receipt.entries[0].scores
    assert verify(record, head=receipt.event_hash).ok


def test_a_store_that_cannot_be_written_does_not_undo_a_publication(
    tmp_path: Path, record: Path, grounds: Grounds
) -> None:
    run, told = write_pair(tmp_path, 1, "mine")
    bad = tmp_path / "file.sqlite"
    bad.write_text("this is no database, and long enough to be looked at as one" * 20)
    receipt = admit(
        Upload(path=run, card=told), record=record, store=f"sqlite:///{bad}", actor="a", grounds=grounds
    )
    assert receipt.outcome == "published"
    assert "store-behind" in {item.code for item in receipt.findings}


def test_a_record_that_is_not_there_is_the_commands_fault(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no record"):
        admit(Upload(path=tmp_path), record=tmp_path / "none", store=None, actor="a")
    with pytest.raises(CommandError, match="Who"):
        admit(Upload(path=tmp_path), record=tmp_path, store=None, actor="")
