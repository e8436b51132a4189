"""The ledger's file: reading it whole, and appending to it with a lock and a flush to the disk."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness.errors import CommandError, StoreError
from harness.ledger.chain import LEDGER_NAME, verify
from harness.ledger.event import NO_HASH, Draft, Event, make_event
from harness.ledger.moment import utc_now

LOCK_NAME = "ledger.lock"


def read_events(record: str | Path, *, as_of: str | None = None) -> tuple[Event, ...]:
    """Every event, in order; none if there is no ledger.

    A torn last line was never acknowledged and is left out.

    Args:
        record: the record's folder.
        as_of: only events up to this moment (:func:`~harness.ledger.moment.parse_moment`).

    Raises:
        StoreError: the ledger was changed; every problem with its line.
    """
    found = verify(record)
    if not found.ok:
        raise StoreError(f"The ledger of {record} was changed after it was written:", found.problems)
    return tuple(event for event in found.events if as_of is None or event.time <= as_of)


def head(record: str | Path) -> str:
    """Hash of the last event, 64 zeros if there is none; note it elsewhere to notice a cut later.

    Raises:
        StoreError: the ledger was changed.
    """
    events = read_events(record)
    return events[-1].hash if events else NO_HASH


def append(record: str | Path, draft: Draft, *, time: str | None = None) -> Event:
    """Record one event; when this returns, it is on the disk.

    Raises:
        CommandError: the record's folder is absent, or the draft is malformed.
        StoreError: the ledger was changed after it was written; nothing is appended.
    """
    with writing(record) as pen:
        (event,) = pen.append(draft, time=time)
    return event


class Pen:
    """The right to append, held by one process at a time.

    Attributes:
        events: every event so far, those appended with this pen included.
    """

    def __init__(self, path: Path, events: Sequence[Event]) -> None:
        self._path = path
        self.events: tuple[Event, ...] = tuple(events)

    def append(self, *drafts: Draft, time: str | None = None) -> tuple[Event, ...]:
        """Record events in one write; when this returns, all of them are on the disk.

        A time before that of the last event, as after a change of the clock, becomes the last event's.

        Raises:
            CommandError: a draft is malformed; nothing is written.
        """
        made: list[Event] = []
        if not drafts:
            return ()
        last = self.events[-1] if self.events else None
        now = time or utc_now()
        for draft in drafts:
            last = make_event(
                draft,
                number=last.number + 1 if last else 1,
                time=max(now, last.time) if last else now,
                before=last.hash if last else NO_HASH,
            )
            made.append(last)
        _write(self._path, b"".join(event.line() for event in made))
        self.events += tuple(made)
        return tuple(made)


@contextmanager
def writing(record: str | Path) -> Iterator[Pen]:
    """Hold the ledger's lock, with all events read under it.

    The line of a write that was interrupted is removed first, and an event ``repaired`` says so.

    Raises:
        CommandError: the record's folder is absent.
        StoreError: the ledger was changed after it was written.
    """
    folder = Path(record)
    if not folder.is_dir():
        raise CommandError(
            f"There is no folder {folder} to keep a ledger in. Make it, or name another record."
        )
    with (folder / LOCK_NAME).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        events = read_events(folder)
        pen = Pen(folder / LEDGER_NAME, events)
        _repair(folder / LEDGER_NAME, pen)
        yield pen


def _repair(path: Path, pen: Pen) -> None:
    """Cut off what stands behind the last newline, and record that it was."""
    data = path.read_bytes() if path.is_file() else b""
    torn = data[data.rfind(b"\n") + 1 :]
    if not torn:
        return
    with path.open("r+b") as stream:
        stream.truncate(len(data) - len(torn))
        os.fsync(stream.fileno())
    details = {"bytes": len(torn), "sha256": hashlib.sha256(torn).hexdigest()}
    pen.append(Draft("repaired", "harness", reason="A write had been interrupted.", details=details))


def _write(path: Path, data: bytes) -> None:
    """Append bytes and flush them; a new file's name is flushed, too.

    A write that fails half way (a full disk) is undone, so that what is not acknowledged is not there.
    """
    new = not path.exists()
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.fstat(handle).st_size
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)
    if new:
        flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Flush a folder's list of names to the disk, so that a rename or a new file outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
