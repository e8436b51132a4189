"""A copy of everything that cannot be derived: the record with its ledger, and the accounts, in one file."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from harness.errors import CommandError, StoreError
from harness.files import atomic_write, sha256_of
from harness.leaderboard.incoming import INCOMING, settle
from harness.ledger.event import NO_HASH, Event
from harness.ledger.ledger import writing
from harness.ledger.moment import utc_now
from harness.store.engine import connect
from harness.store.reading import read_about
from harness.submissions.database import transaction
from harness.submissions.freshness import is_current
from harness.submissions.tables import metadata, uses

MANIFEST, ACCOUNTS, RECORD = "manifest.json", "accounts.json", "record"
FORMAT = 1


class Backup(NamedTuple):
    """What a backup holds; ``digest`` is the board's, empty where no store was up to date with the ledger."""

    path: Path
    files: int
    bytes: int
    events: int
    head: str
    digest: str
    accounts: int


def backup(
    path: str | Path, *, record: str | Path, accounts: str | None = None, store: str | None = None
) -> Backup:
    """Write a backup; submissions wait meanwhile, so that record and ledger are of one moment.

    Args:
        path: the file to write, a tar; it must not lie in the record. Whole or not at all.
        record: the record's folder.
        accounts: URL of the accounts; None for a record without.
        store: URL of a store whose digest is to be noted, so that a restore can compare.

    Raises:
        CommandError: the file exists, lies in the record, or there is no record.
        StoreError: the ledger or the accounts cannot be read.
    """
    target, folder = Path(path), Path(record)
    if target.exists():
        raise CommandError(f"{target} exists already; a backup never replaces a file.")
    if folder.resolve() in target.resolve().parents:
        raise CommandError(f"{target} lies in the record itself; name a place outside of {folder}.")
    with writing(folder) as pen, atomic_write(target) as stream:
        settle(folder, pen.events)
        head = pen.events[-1].hash if pen.events else NO_HASH
        digest = _digest(store, pen.events) if store else ""
        files = {path.relative_to(folder).as_posix(): path for path in record_files(folder)}
        rows = _accounts(accounts) if accounts else {}
        manifest = {
            "format": FORMAT,
            "program": version("retrieval-harness"),
            "time": utc_now(),
            "events": len(pen.events),
            "head": head,
            "digest": digest,
            "files": {name: sha256_of(path) for name, path in files.items()},
        }
        with tarfile.open(fileobj=stream, mode="w") as archive:
            _add_json(archive, MANIFEST, manifest)
            _add_json(archive, ACCOUNTS, rows)
            for name, file in files.items():
                archive.add(file, f"{RECORD}/{name}", recursive=False, filter=_plain)
        size = stream.tell()
    target.chmod(0o600)  # it holds the accounts
    count = len(rows.get("access_account", ()))
    return Backup(target, len(files), size, len(pen.events), head, digest, count)


def record_files(folder: Path) -> Iterator[Path]:
    """The plain files of a record in a fixed order, without locks, unfinished writes and what is staged."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        temporary = path.name.startswith(".") and path.name.endswith(".tmp")
        if path.is_file() and parts[0] != INCOMING and path.suffix != ".lock" and not temporary:
            yield path


def _accounts(url: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables but the counted uses, which are of no use later."""
    with transaction(url) as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
            if table is not uses
        }


def _digest(store: str, events: Sequence[Event]) -> str:
    try:
        engine = connect(store)
    except StoreError:
        return ""
    digest = read_about(engine)["digest"] if is_current(engine, events) else ""
    engine.dispose()
    return digest


def _add_json(archive: tarfile.TarFile, name: str, value: Any) -> None:
    data = json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o600
    archive.addfile(entry, io.BytesIO(data))


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without owners, which another machine does not have."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
