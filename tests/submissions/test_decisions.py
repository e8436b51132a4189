"""Decisions: tombstones, choices, embargoes, boards of the past, curators."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli.main import main
from harness.errors import CommandError, StoreError, UnknownNameError
from harness.leaderboard.anonymity import card_sha256, shown_events
from harness.leaderboard.board import Board, read_board
from harness.leaderboard.grounds import Grounds
from harness.leaderboard.publishing import catch_up
from harness.leaderboard.rebuild import rebuild
from harness.ledger.event import Draft
from harness.ledger.ledger import append, read_events
from harness.runfiles.card import read_card as read_card_file
from harness.store.engine import connect
from harness.store.reading import read_card, read_issues, read_runs
from harness.submissions.decisions import accept, held, hide_run, note, refuse, show_run, withdraw
from harness.submissions.quarantine import read_receipt
from tests.submissions.conftest import Submit


def rows(board: Board) -> dict[str, int]:
    return {row.system: row.version for row in board.rows}


def check_same_as_rebuilt(record: Path, store: str, tmp_path: Path, grounds: Grounds) -> Board:
    again = rebuild(record, f"sqlite:///{tmp_path / 'again.sqlite'}", grounds=grounds)
    board = read_board(store)
    assert (board.digest, board.rows, board.tombstones) == (again.digest, again.rows, again.tombstones)
    return board


def test_a_withdrawn_run_is_a_tombstone_with_its_reason(
    submit: Submit, record: Path, store: str, tmp_path: Path, grounds: Grounds
) -> None:
    sha256 = submit(1, "mine").entries[0].sha256
    submit(2, "other-one")
    withdraw(record, "tiny", "mine", actor="cleo", reason="trained on the test queries", store=store)
    board = check_same_as_rebuilt(record, store, tmp_path, grounds)
    assert rows(board) == {"other-one": 1}
    (stone,) = board.tombstones
    assert (stone.system, stone.run, stone.actor) == ("mine", sha256, "cleo")
    assert stone.reason == "trained on the test queries"
    assert "nDCG" not in json.dumps(stone), "never a score"


def test_a_tombstone_outlives_the_files(submit: Submit, record: Path, store: str, tmp_path: Path) -> None:
    submit(1, "mine")
    submit(2, "kept")
    withdraw(record, "tiny", "mine", actor="c", reason="a legal matter", store=store)
    for path in (record / "tiny" / "mine").iterdir():
        path.unlink()
    (record / "tiny" / "mine").rmdir()
    assert [stone.system for stone in rebuild(record, store).tombstones] == ["mine"]


def test_a_published_run_without_files_stops_a_rebuild(submit: Submit, record: Path, store: str) -> None:
    submit(1, "mine")
    for path in (record / "tiny" / "mine").iterdir():
        path.unlink()
    with pytest.raises(StoreError, match="no folder of the record has it"):
        rebuild(record, store)


def test_the_submitter_chooses_which_version_is_shown(
    submit: Submit, record: Path, store: str, tmp_path: Path, grounds: Grounds
) -> None:
    first = submit(1, "mine").entries[0].sha256
    submit(2, "mine")
    hide_run(record, "tiny", "mine", actor="ada", store=store)
    assert rows(check_same_as_rebuilt(record, store, tmp_path, grounds)) == {"mine": 1}
    show_run(record, "tiny", "mine", actor="ada", store=store)
    assert rows(check_same_as_rebuilt(record, store, tmp_path, grounds)) == {"mine": 2}
    show_run(record, "tiny", "mine", actor="ada", run=first[:10], store=store)
    assert rows(check_same_as_rebuilt(record, store, tmp_path, grounds)) == {"mine": 1}
    hide_run(record, "tiny", "mine", actor="ada", store=store)
    hide_run(record, "tiny", "mine", actor="ada", store=store)
    assert rows(check_same_as_rebuilt(record, store, tmp_path, grounds)) == {}


def test_withdrawing_what_came_back_needs_its_name(submit: Submit, record: Path, store: str) -> None:
    first = submit(1, "mine").entries[0].sha256
    submit(2, "mine")
    withdraw(record, "tiny", "mine", actor="ada", reason="a bug", store=store)
    with pytest.raises(CommandError, match=f"older version of mine on tiny again: .*--run {first[:12]}"):
        withdraw(record, "tiny", "mine", actor="ada", reason="the bug again", store=store)
    assert len(read_board(store).rows) == 1, "the older version is still there"
    withdraw(record, "tiny", "mine", actor="ada", reason="this one, too", run=first[:12], store=store)
    assert read_board(store).rows == ()


def test_the_board_of_any_moment_can_be_asked_for(
    submit: Submit, record: Path, store: str, tmp_path: Path, grounds: Grounds
) -> None:
    submit(1, "mine", created="2026-01-01T00:00:00Z")
    submit(2, "mine")
    submit(3, "late")
    withdraw(record, "tiny", "late", actor="c", reason="r", store=store)
    times = [event.time for event in read_events(record)]
    expected = [({}, 0), ({"mine": 1}, 0), ({"mine": 2}, 0), ({"mine": 2, "late": 1}, 0), ({"mine": 2}, 1)]
    for moment, (shown, stones) in zip(
        ["2026-01-02T00:00:00Z", times[2], times[5], times[8], times[9]], expected, strict=True
    ):
        board = read_board(store, as_of=moment)
        assert (rows(board), len(board.tombstones)) == (shown, stones), moment
        other = rebuild(record, f"sqlite:///{tmp_path / 'past.sqlite'}", as_of=moment, grounds=grounds)
        assert (other.rows, other.tombstones) == (board.rows, board.tombstones)
    with pytest.raises(StoreError, match="as of"):
        catch_up(record, f"sqlite:///{tmp_path / 'past.sqlite'}")


def test_records_without_events_stay_and_become_old_versions(
    submit: Submit, record: Path, store: str, tmp_path: Path, grounds: Grounds
) -> None:
    submit(1, "mine", created="2026-02-01T00:00:00Z")
    (record / "ledger.jsonl").unlink()
    assert rows(rebuild(record, store, grounds=grounds)) == {"mine": 1}
    receipt = submit(2, "mine")
    assert receipt.outcome == "held", "nobody knows whose the name is"
    assert [flag.code for flag in receipt.entries[0].flags] == ["name-in-use"]
    accept(record, receipt.id, actor="c", reason="it is theirs", store=store)
    assert rows(check_same_as_rebuilt(record, store, tmp_path, grounds)) == {"mine": 2}
    assert rows(read_board(store, as_of="2026-02-02")) == {"mine": 1}
    assert rows(read_board(store, as_of="2026-01-02")) == {}


def test_a_name_belongs_to_whoever_published_it_first(
    submit: Submit, record: Path, store: str, tmp_path: Path, grounds: Grounds
) -> None:
    submit(1, "mine", actor="ada")
    receipt = submit(2, "mine", actor="eve")
    assert receipt.outcome == "held"
    assert rows(read_board(store)) == {"mine": 1}
    assert [item.id for item in held(record)] == [receipt.id]
    assert submit(2, "mine", actor="eve").outcome == "duplicate", "it waits already"
    assert [item.id for item in held(record)] == [receipt.id]
    with pytest.raises(CommandError, match="reason"):
        accept(record, receipt.id, actor="cleo", reason=" ")
    told = refuse(record, receipt.id, actor="cleo", reason="not eve's")
    assert (told.outcome, told.entries[0].scores, held(record)) == ("refused", {}, [])
    with pytest.raises(CommandError, match="does not wait"):
        accept(record, receipt.id, actor="cleo", reason="after all")
    assert rows(check_same_as_rebuilt(record, store, tmp_path, grounds)) == {"mine": 1}


def test_a_held_run_is_published_by_a_curator(
    submit: Submit, record: Path, store: str, tmp_path: Path, grounds: Grounds
) -> None:
    submit(1, "mine", actor="ada")
    receipt = submit(2, "mine", actor="eve")
    told = accept(record, receipt.id, actor="cleo", reason="they work together", store=store)
    assert told.outcome == "published" == read_receipt(record, receipt.id).outcome
    (row,) = check_same_as_rebuilt(record, store, tmp_path, grounds).rows
    assert row.version == 2 and row.marks[0].startswith("name-in-use")
    accepted, published = read_events(record)[-2:]
    assert (accepted.kind, accepted.actor, accepted.reason) == ("accepted", "cleo", "they work together")
    assert published.details["submitter"] == "eve"
    assert list((record / ".incoming").iterdir()) == []


def test_a_withdrawn_run_comes_back_only_through_a_curator(submit: Submit, record: Path, store: str) -> None:
    submit(1, "mine")
    withdraw(record, "tiny", "mine", actor="ada", reason="wrong file", store=store)
    receipt = submit(1, "mine")
    assert receipt.outcome == "held"
    assert [flag.code for flag in receipt.entries[0].flags] == ["withdrawn-before"]
    assert len(read_board(store).tombstones) == 1
    accept(record, receipt.id, actor="cleo", reason="it was right", store=store)
    assert rows(read_board(store)) == {"mine": 1} and read_board(store).tombstones == ()


def test_handing_a_withdrawn_run_in_again_leaves_its_tombstone(
    submit: Submit, record: Path, store: str, tmp_path: Path, grounds: Grounds
) -> None:
    submit(1, "mine")
    withdraw(record, "tiny", "mine", actor="ada", reason="wrong file", store=store)
    receipt = submit(1, "mine")
    assert len(check_same_as_rebuilt(record, store, tmp_path, grounds).tombstones) == 1
    refuse(record, receipt.id, actor="cleo", reason="still wrong")
    assert len(check_same_as_rebuilt(record, store, tmp_path, grounds).tombstones) == 1
    assert submit(1, "mine").outcome == "held", "nothing of it is on the board"


def test_refusing_a_second_copy_leaves_the_published_one(
    submit: Submit, record: Path, store: str, tmp_path: Path, grounds: Grounds
) -> None:
    submit(1, "mine", actor="ada")
    first, second = (submit(2, "mine", actor=name) for name in ("eve", "max"))
    accept(record, first.id, actor="cleo", reason="they work together", store=store)
    refuse(record, second.id, actor="cleo", reason="handed in twice")
    assert rows(check_same_as_rebuilt(record, store, tmp_path, grounds)) == {"mine": 2}


def test_makers_are_not_named_before_the_date_and_are_after_it(
    submit: Submit, record: Path, store: str, tmp_path: Path, grounds: Grounds
) -> None:
    moment = "2026-03-01T00:00:00.000000Z"
    submit(1, "mine", moment=moment, anonymous_until="2026-11-30", links=["https://example.org/ada"])
    catch_up(record, store, moment="2026-11-29T23:00:00.000000Z")
    rebuilt = rebuild(record, store, moment="2026-11-29T23:00:00.000000Z", grounds=grounds)
    assert rebuilt.rows[0].submitter == "anonymous until 2026-11-30"
    engine = connect(store)
    card = json.dumps(read_card(engine, read_runs(engine)[0].id))
    assert "Ada" not in card and "ada" not in card and "random" in card
    engine.dispose()
    events = shown_events(read_events(record), "2026-11-29T00:00:00.000000Z")
    assert '"ada"' not in json.dumps([event.to_json() for event in events])
    named = "2026-11-30T00:00:00.000000Z"
    assert catch_up(record, store, moment=named) == 0, "no event, and yet something to do"
    assert read_board(store).rows[0].submitter == "Ada Author"
    again = rebuild(record, f"sqlite:///{tmp_path / 'x.sqlite'}", moment=named, grounds=grounds)
    assert again.digest == read_board(store).digest
    assert shown_events(read_events(record), named) == list(read_events(record))


def test_a_tombstone_does_not_name_an_anonymous_submitter(
    submit: Submit, record: Path, store: str, grounds: Grounds
) -> None:
    submit(1, "mine", moment="2026-03-01T00:00:00.000000Z", anonymous_until="2026-11-30")
    withdraw(record, "tiny", "mine", actor="ada", reason="a mistake", store=store, grounds=grounds)
    (stone,) = read_board(store).tombstones
    assert (stone.actor, stone.reason) == ("the submitter", "a mistake")


def test_submissions_that_are_refused_leave_the_rows_of_a_name_alone(
    submit: Submit, record: Path, store: str, tmp_path: Path, grounds: Grounds
) -> None:
    submit(1, "mine")
    assert submit(2, "mine", contact=None).outcome == "refused"
    assert catch_up(record, store, grounds=grounds) == 2
    assert rows(check_same_as_rebuilt(record, store, tmp_path, grounds)) == {"mine": 1}


def test_reproductions_stand_beside_the_row(
    submit: Submit, record: Path, store: str, tmp_path: Path, grounds: Grounds
) -> None:
    sha256 = submit(1, "mine").entries[0].sha256
    details = {"machine_class": "laptop", "verdict": "equal"}
    event = append(record, Draft("reproduced", "ci", "tiny", "mine", sha256, "", details))
    assert catch_up(record, store) == 1
    (row,) = check_same_as_rebuilt(record, store, tmp_path, grounds).rows
    assert row.reproduced == {"time": event.time, **details}


def test_notes_change_nothing_and_need_words(submit: Submit, record: Path, store: str) -> None:
    submit(1, "mine")
    before = read_board(store).digest
    assert note(record, "tiny", "mine", actor="cleo", reason="checked by hand").kind == "curated"
    catch_up(record, store)
    assert read_board(store).digest == before
    with pytest.raises(CommandError, match="reason"):
        note(record, "tiny", "mine", actor="cleo", reason="")
    with pytest.raises(UnknownNameError, match="nobody"):
        withdraw(record, "tiny", "nobody", actor="cleo", reason="r")
    with pytest.raises(UnknownNameError, match="Did you mean 'tiny/mine'"):
        withdraw(record, "tiny", "mime", actor="cleo", reason="r")
    with pytest.raises(UnknownNameError, match="run"):
        withdraw(record, "tiny", "mine", actor="cleo", reason="r", run="0123456789")


def test_a_store_of_another_ledger_is_rebuilt(
    submit: Submit, record: Path, store: str, tmp_path: Path, grounds: Grounds
) -> None:
    submit(1, "mine")
    (record / "ledger.jsonl").unlink()
    append(record, Draft("curated", "me", reason="a new book"))
    assert catch_up(record, store, grounds=grounds) == 1
    check_same_as_rebuilt(record, store, tmp_path, grounds)


def concerns(record: Path, store: str, grounds: Grounds) -> list[tuple[str, str]]:
    """Codes and messages of what is said of the cards of the board, made from the record alone."""
    rebuild(record, store, grounds=grounds)
    engine = connect(store)
    issues = [issue for run in read_runs(engine) for issue in read_issues(engine, run.id)]
    engine.dispose()
    return [(issue.code, issue.message) for issue in issues if issue.code == "card-changed"]


@pytest.mark.parametrize("until", [None, "2026-06-01"])
def test_a_card_that_is_edited_after_its_publication_is_told(
    submit: Submit, record: Path, store: str, grounds: Grounds, until: str | None
) -> None:
    """What was trained on, above all: no event speaks of it, and the run is the same."""
    submit(1, "mine", moment="2026-01-31T12:00:00.000000Z", anonymous_until=until)
    path = record / "tiny" / "mine" / "card.yaml"
    written = path.read_text()
    path.write_text(
        "# seen\n"
        + "".join(reversed(written.splitlines(keepends=True)[:3]))
        + "".join(written.splitlines(keepends=True)[3:])
    )
    assert concerns(record, store, grounds) == [], "comments and the order of keys say nothing"
    digest = read_board(store).digest
    assert "tiny: none" in written
    path.write_text(written.replace("tiny: none", "tiny: unknown"))
    ((_, message),) = concerns(record, store, grounds)
    assert message.startswith("The card is not the one that was published on 20")
    assert read_board(store).digest != digest


def test_the_makers_of_an_anonymous_run_cannot_be_guessed_from_its_event(
    submit: Submit, record: Path
) -> None:
    told = {"anonymous_until": "2026-06-01", "moment": "2026-01-31T12:00:00.000000Z"}
    submit(1, "mine", authors=["Ada"], **told)
    event = next(event for event in read_events(record) if event.kind == "published")
    card = read_card_file(record / "tiny" / "mine" / "card.yaml")
    assert event.details["card"] == card_sha256(card)
    assert card_sha256(card.model_copy(update={"authors": ["Grace"]})) == card_sha256(card)
    named = card.model_copy(update={"anonymous_until": None})
    assert card_sha256(named.model_copy(update={"authors": ["Grace"]})) != card_sha256(named)


def test_events_of_older_versions_do_not_speak_of_the_card(
    submit: Submit, record: Path, store: str, grounds: Grounds
) -> None:
    sha256 = submit(1, "mine").entries[0].sha256
    append(record, Draft("published", "ada", "tiny", "mine", sha256))
    path = record / "tiny" / "mine" / "card.yaml"
    path.write_text(path.read_text().replace("tiny: none", "tiny: unknown"))
    assert concerns(record, store, grounds) == []


def test_a_run_in_a_folder_of_another_name_is_told(submit: Submit, record: Path) -> None:
    submit(1, "mine")
    (record / "tiny" / "mine").rename(record / "tiny" / "copied")
    with pytest.raises(CommandError, match=r"stands in .*/tiny/copied.* move the folder to .*/tiny/mine,"):
        withdraw(record, "tiny", "mine", actor="cleo", reason="a mistake")


def test_a_rebuild_names_the_card_that_was_edited(
    submit: Submit, record: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    submit(1, "mine")
    assert main(["rebuild", "--runs", str(record), "--store", store]) == 0
    assert "warning" not in capsys.readouterr().err
    path = record / "tiny" / "mine" / "card.yaml"
    path.write_text(path.read_text().replace("tiny: none", "tiny: unknown"))
    assert main(["rebuild", "--runs", str(record), "--store", store]) == 0
    out, err = capsys.readouterr()
    assert err == ("warning: mine on tiny: the card was edited after the run was published [card-changed]\n")
    assert out.splitlines()[-1] == read_board(store).digest
