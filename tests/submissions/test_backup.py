"""Backups: everything that cannot be made again comes back, to the same digest, or nothing does."""

from __future__ import annotations

import io
import json
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cli.main import main
from harness.errors import CommandError, SpecError, StoreError
from harness.leaderboard.board import read_board
from harness.ledger.ledger import read_events
from harness.submissions.accounts import add_account, list_accounts
from harness.submissions.backup import MANIFEST, backup
from harness.submissions.database import close_accounts
from harness.submissions.quarantine import receipts
from harness.submissions.report import report
from harness.submissions.restore import restore
from harness.submissions.tokens import authenticate, issue_token
from tests.submissions.conftest import Submit


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[str]:
    yield f"sqlite:///{tmp_path / 'accounts.sqlite'}"
    close_accounts()


@pytest.fixture
def saved(submit: Submit, record: Path, store: str, accounts: str, tmp_path: Path) -> Path:
    """A backup of three submissions, one of them refused, and an account."""
    submit(1, "a")
    submit(2, "b")
    submit(3, "bad", code_licence=None)
    add_account(accounts, "ada")
    backup(tmp_path / "saved.tar", record=record, accounts=accounts, store=store)
    return tmp_path / "saved.tar"


def test_a_restored_backup_gives_the_same_board_ledger_receipts_and_tokens(
    submit: Submit, record: Path, store: str, accounts: str, tmp_path: Path
) -> None:
    submit(1, "a")
    submit(2, "a")
    submit(3, "bad", code_licence=None)
    add_account(accounts, "ada")
    words, _ = issue_token(accounts, "ada")
    told = backup(tmp_path / "saved.tar", record=record, accounts=accounts, store=store)
    assert (told.digest, told.accounts) == (read_board(store).digest, 1)
    assert (tmp_path / "saved.tar").stat().st_mode & 0o077 == 0, "it holds the accounts"
    new = f"sqlite:///{tmp_path / 'new-accounts.sqlite'}"
    board = restore(
        tmp_path / "saved.tar",
        record=tmp_path / "new",
        store=f"sqlite:///{tmp_path / 'new.sqlite'}",
        accounts=new,
    )
    assert board.digest == told.digest
    assert read_events(tmp_path / "new") == read_events(record)
    assert receipts(tmp_path / "new") == receipts(record)
    assert authenticate(new, words).account == "ada"
    assert not list((tmp_path).glob(".restore-*"))


def test_a_backup_is_of_one_moment_whatever_is_handed_in_meanwhile(
    submit: Submit, record: Path, store: str, tmp_path: Path
) -> None:
    stop = threading.Event()

    def hand_in() -> None:
        seed = 10
        while not stop.is_set():
            submit(seed, f"s{seed}")
            seed += 1

    thread = threading.Thread(target=hand_in)
    thread.start()
    try:
        for number in range(3):
            told = backup(tmp_path / f"{number}.tar", record=record)
            board = restore(
                tmp_path / f"{number}.tar",
                record=tmp_path / f"r{number}",
                store=f"sqlite:///{tmp_path / f'{number}.sqlite'}",
            )
            events = read_events(tmp_path / f"r{number}")
            assert len(events) == told.events
            published = {event.system for event in events if event.kind == "published"}
            assert {row.system for row in board.rows} == published
    finally:
        stop.set()
        thread.join()


def changed(source: Path, target: Path, name: str, data: bytes | None) -> Path:
    """A copy of a tar in which one member has other bytes, or is missing."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old.getmembers():
            content = old.extractfile(member)
            assert content is not None
            text = content.read()
            if member.name == name:
                if data is None:
                    continue
                text = data
            member.size = len(text)
            new.addfile(member, io.BytesIO(text))
    return target


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("record/ledger.jsonl", b"{}\n"),
        ("record/tiny/a/run.trec.gz", b"other"),
        ("record/tiny/a/card.yaml", None),
        (MANIFEST, b"{}"),
        (MANIFEST, b"no json"),
        (MANIFEST, None),
    ],
)
def test_a_damaged_backup_restores_nothing(
    saved: Path, tmp_path: Path, name: str, data: bytes | None
) -> None:
    bad = changed(saved, tmp_path / "bad.tar", name, data)
    with pytest.raises((StoreError, SpecError), match=r"damaged|problem|no backup"):
        restore(bad, record=tmp_path / "new", store=f"sqlite:///{tmp_path / 'new.sqlite'}")
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "new.sqlite").exists()


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "record/../../evil", "evil", "record/link"])
def test_a_tar_that_would_write_elsewhere_is_refused(saved: Path, tmp_path: Path, name: str) -> None:
    bad = tmp_path / "bad.tar"
    bad.write_bytes(saved.read_bytes())
    with tarfile.open(bad, "a") as archive:
        entry = tarfile.TarInfo(name)
        if name.endswith("link"):
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry)
    with pytest.raises(StoreError, match="no backup"):
        restore(bad, record=tmp_path / "new", store=f"sqlite:///{tmp_path / 'new.sqlite'}")
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "evil").exists()


def test_nothing_that_is_there_is_written_over(
    saved: Path, record: Path, accounts: str, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="not empty"):
        restore(saved, record=record)
    with pytest.raises(CommandError, match="accounts already"):
        restore(saved, record=tmp_path / "new", accounts=accounts)
    assert not (tmp_path / "new").exists()
    assert [account.name for account in list_accounts(accounts)] == ["ada"]
    with pytest.raises(CommandError, match="exists already"):
        backup(saved, record=record)
    with pytest.raises(CommandError, match="lies in the record"):
        backup(record / "x.tar", record=record)


def test_a_cut_file_is_no_backup(saved: Path, tmp_path: Path) -> None:
    for size in (0, 100, 5000):
        cut = tmp_path / f"{size}.tar"
        cut.write_bytes(saved.read_bytes()[:size])
        with pytest.raises(StoreError):
            restore(cut, record=tmp_path / "new", store=f"sqlite:///{tmp_path / 'new.sqlite'}")
    assert not (tmp_path / "new").exists()


def test_the_report_tells_the_state_of_everything(
    submit: Submit, record: Path, store: str, accounts: str, capsys: pytest.CaptureFixture[str]
) -> None:
    submit(1, "a")
    submit(2, "bad", code_licence=None)
    add_account(accounts, "ada")
    issue_token(accounts, "ada")
    told = report(record, store=store, accounts=accounts)
    assert told.outcomes == {"published": 1, "refused": 1}
    assert told.refusals == {"card-incomplete": 1}
    assert told.ledger["ok"] and told.ledger["events"] == 5
    assert told.store == {"digest": read_board(store).digest, "current": True}
    assert told.accounts == {
        "accounts": {"submitter": 1},
        "disabled": 0,
        "tokens": 1,
        "registration": False,
    }
    sizes = {kind: size > 0 for kind, size in told.storage.items()}
    assert sizes == {"quarantine": True, "receipts": True, "ledger": True, "runs": True, "store": True}
    words = ["admin", "report", "--runs", str(record), "--store", store]
    assert main([*words, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["outcomes"] == {"published": 1, "refused": 1}
    lines = (record / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    (record / "ledger.jsonl").write_bytes(b"".join(lines[1:]))
    assert main(words) == 1
    assert "CHANGED" in capsys.readouterr().out
