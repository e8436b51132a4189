"""Runs on their way into the record: staged before their event, moved to their place after it.

The event is what counts. Files are staged whole and flushed before it is written, so that a process that
dies after it leaves nothing undone that :func:`settle` cannot finish, and one that dies before it leaves
nothing but a folder that nobody reads.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.errors import DataError
from harness.ledger.event import Event
from harness.ledger.ledger import flush_folder
from harness.runfiles.card import CARD_NAME, RUN_NAME, read_card

INCOMING = ".incoming"
VERSIONS = "versions"
STALE_SECONDS = 24 * 3600  # a staged folder without an event that is older was left by a process that died


def stage_place(record: Path, receipt: str, number: int) -> Path:
    """Where a run of a submission is staged: ``.incoming/<receipt>/<number>``."""
    return record / INCOMING / receipt / str(number)


def version_place(record: Path, dataset: str, system: str, sha256: str) -> Path:
    """Where a run lies that a newer one of the same system replaced."""
    return record / dataset / system / VERSIONS / sha256[:12]


def settle(record: Path, events: Iterable[Event]) -> None:
    """Move what was published and is still staged to its place; call it under the ledger's lock.

    Doing it twice, or after a death in the middle, ends in the same files.
    """
    folder = record / INCOMING
    if not folder.is_dir():
        return
    waiting = {path.name for path in folder.iterdir()}
    for event in events:
        receipt = event.details.get("receipt")
        if event.kind == "published" and receipt in waiting:
            source = stage_place(record, receipt, int(event.details.get("place", 0)))
            if source.is_dir():
                _move(source, record, event)
            with contextlib.suppress(OSError):  # it holds more runs, whose events follow
                source.parent.rmdir()
    for name in sorted(waiting):
        _remove_stale(folder / name)


def _move(source: Path, record: Path, event: Event) -> None:
    target = record / event.dataset / event.system
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
        flush_folder(target.parent)
        return
    if (source / CARD_NAME).exists():
        _keep_old(record, target, event)
        (source / CARD_NAME).rename(target / CARD_NAME)
    if (source / RUN_NAME).exists():
        (source / RUN_NAME).rename(target / RUN_NAME)
    flush_folder(target)
    source.rmdir()


def _keep_old(record: Path, target: Path, event: Event) -> None:
    """Put a second name on files that are about to be replaced; the folder appears whole or not at all."""
    try:
        old = read_card(target / CARD_NAME).run.sha256
    except DataError:
        return  # a folder without a record of its own, such as one that holds only versions
    kept = version_place(record, event.dataset, event.system, old)
    if old == event.run or kept.exists() or not (target / RUN_NAME).is_file():
        return
    half = kept.with_name(f".{kept.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for name in (RUN_NAME, CARD_NAME):
        os.link(target / name, half / name)
    half.rename(kept)
    flush_folder(kept.parent)


def _remove_stale(path: Path) -> None:
    """Remove what a process left behind long ago; what is younger may belong to one that is still at work."""
    with contextlib.suppress(FileNotFoundError):
        if time.time() - path.stat().st_mtime > STALE_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def record_folders(folder: Path) -> Iterator[Path]:
    """Folders below the record that hold a run or a card; names that start with a dot are not looked into."""
    for place, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if not name.startswith("."))
        if CARD_NAME in files or RUN_NAME in files:
            yield Path(place)
