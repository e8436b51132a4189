"""Making record, accounts and store from a backup, checked file by file, into places that are empty."""

from __future__ import annotations

import json
import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import func, insert, select

from harness.config import Strict, check
from harness.errors import CommandError, Problem, StoreError
from harness.files import sha256_of
from harness.leaderboard.board import Board
from harness.leaderboard.rebuild import rebuild
from harness.ledger.chain import LEDGER_NAME, verify
from harness.submissions.backup import ACCOUNTS, FORMAT, MANIFEST, RECORD
from harness.submissions.database import transaction
from harness.submissions.tables import accounts as account_table
from harness.submissions.tables import metadata, uses


class _Manifest(Strict):
    format: int
    program: str
    time: str
    events: int
    head: str
    digest: str
    files: dict[str, str]


def restore(
    path: str | Path, *, record: str | Path, store: str | None = None, accounts: str | None = None
) -> Board:
    """Restore a backup; every file is compared with its hash, the ledger with its chain, the board's digest.

    Args:
        path: the backup.
        record: where the record is to be: a folder that is absent or empty.
        store: URL of the store to make; by default as :func:`harness.store.engine.store_url`.
        accounts: URL of a database without accounts; None to leave the accounts of the backup aside.

    Returns:
        the board of the restored record.

    Raises:
        CommandError: record or accounts are not empty.
        StoreError: the file is no backup, or is damaged; nothing was restored. Or the record gives another
            board than the one that was backed up: record and accounts are there then.
    """
    source, target = Path(path), Path(record)
    if not source.is_file():
        raise CommandError(f"There is no file {source}.")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CommandError(f"{target} is there and not empty; a backup is restored into a new folder.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=target.parent) as scratch:
        manifest, rows = _unpack(source, Path(scratch))
        if accounts:
            _fill(accounts, rows)
        staged = Path(scratch) / RECORD
        staged.mkdir(exist_ok=True)
        if target.exists():
            target.rmdir()
        shutil.move(staged, target)
    board = rebuild(target, store)
    if manifest.digest and board.digest != manifest.digest:
        raise StoreError(
            f"The restored board has the digest {board.digest}, the one that was backed up had "
            f"{manifest.digest}. Other versions of the program or of the data sets score otherwise; "
            f"the backup was made with version {manifest.program}."
        )
    return board


def _unpack(source: Path, scratch: Path) -> tuple[_Manifest, dict[str, list[dict[str, Any]]]]:
    """Everything of a backup, in ``scratch``, checked.

    Raises:
        StoreError: with every problem.
    """
    try:
        with tarfile.open(source) as archive:
            problems = [Problem(entry.name, "it is no plain file with a plain name.") for entry in archive
                        if not _is_plain(entry)]  # fmt: skip
            if not problems:
                archive.extractall(scratch, filter="data")
        if problems:
            raise StoreError(f"{source} is no backup:", problems)
        manifest = check(json.loads((scratch / MANIFEST).read_bytes()), _Manifest, where=MANIFEST)
        rows: dict[str, list[dict[str, Any]]] = json.loads((scratch / ACCOUNTS).read_bytes())
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        raise StoreError(f"{source} is no backup, or is damaged: {error}") from error
    if manifest.format != FORMAT:
        raise StoreError(f"{source} has format {manifest.format}; this version reads {FORMAT}.")
    problems = _differences(manifest, scratch / RECORD)
    if problems:
        raise StoreError(f"{source} is damaged; nothing was restored:", problems)
    return manifest, rows


def _is_plain(entry: tarfile.TarInfo) -> bool:
    parts = PurePosixPath(entry.name).parts
    known = entry.name in (MANIFEST, ACCOUNTS) or (parts[:1] == (RECORD,) and len(parts) > 1)
    return entry.isreg() and known and ".." not in parts and not entry.name.startswith("/")


def _differences(manifest: _Manifest, folder: Path) -> list[Problem]:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    problems = [Problem(name, "it is missing.") for name in sorted(manifest.files.keys() - found)]
    problems += [
        Problem(name, "the manifest does not name it.") for name in sorted(found - manifest.files.keys())
    ]
    for name in sorted(manifest.files.keys() & found):
        if sha256_of(folder / name) != manifest.files[name]:
            problems.append(Problem(name, "its content is not what was backed up."))
    if not problems and (folder / LEDGER_NAME).is_file():
        checked = verify(folder, head=manifest.head if manifest.events else None)
        problems += checked.problems
    return problems


def _fill(url: str, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Put the rows of a backup into a database without accounts."""
    with transaction(url) as connection:
        if connection.scalar(select(func.count()).select_from(account_table)):
            raise CommandError("There are accounts already; a backup is restored into an empty database.")
        for table in metadata.sorted_tables:
            if table is not uses and rows.get(table.name):
                connection.execute(insert(table), rows[table.name])
