"""What is kept of a submission beside the record: its receipt, and what was uploaded if it was not let in."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from harness.errors import UnknownNameError
from harness.files import atomic_write
from harness.submissions.limits import SubmissionLimits
from harness.submissions.receipt import HELD, Receipt
from harness.submissions.upload import Upload

QUARANTINE, RECEIPTS, REPORT = ".quarantine", ".receipts", "report.json"
_ID = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{12}")


def quarantine_place(record: Path, receipt: str) -> Path:
    """The folder of a submission that was refused or is held: ``.quarantine/<receipt>``."""
    return record / QUARANTINE / receipt


def save_receipt(record: Path, receipt: Receipt) -> None:
    """Write a receipt whole or not at all; beside the kept files, too, if there are any."""
    text = json.dumps(receipt.to_json(), ensure_ascii=False, indent=1).encode()
    paths = [record / RECEIPTS / f"{receipt.id}.json"]
    if quarantine_place(record, receipt.id).is_dir():
        paths.append(quarantine_place(record, receipt.id) / REPORT)
    for path in paths:
        with atomic_write(path) as stream:
            stream.write(text)


def read_receipt(record: str | Path, receipt: str) -> Receipt:
    """The receipt of a submission.

    Raises:
        UnknownNameError: there is no such submission.
    """
    path = Path(record) / RECEIPTS / f"{receipt}.json"
    if not _ID.fullmatch(receipt) or not path.is_file():
        raise UnknownNameError("submission", receipt[:60], [known.id for known in receipts(record)][:30])
    return Receipt.from_json(json.loads(path.read_bytes()))


def receipts(record: str | Path, *, actor: str | None = None) -> list[Receipt]:
    """Every receipt, newest first; of one actor if that is given."""
    paths = (Path(record) / RECEIPTS).glob("*.json")
    found = [Receipt.from_json(json.loads(path.read_bytes())) for path in paths if _ID.fullmatch(path.stem)]
    found.sort(key=lambda receipt: (receipt.time, receipt.id), reverse=True)  # ids have seconds only
    return [receipt for receipt in found if actor is None or receipt.actor == actor]


def keep_upload(record: Path, receipt: str, upload: Upload, limits: SubmissionLimits) -> None:
    """Copy what was uploaded into the quarantine, as far as it is small enough, and make room for it."""
    folder = quarantine_place(record, receipt) / "upload"
    folder.mkdir(parents=True, exist_ok=True)
    room = limits.quarantine_bytes
    for name, path in _files(upload, limits):
        room -= path.stat().st_size
        if room < 0:
            break
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    _make_room(record, limits)


def _files(upload: Upload, limits: SubmissionLimits) -> Iterator[tuple[str, Path]]:
    """The plain files of an upload, with names that cannot lead anywhere."""
    if upload.path.is_file():
        yield "upload.bin", upload.path
        if upload.card is not None and upload.card.is_file():
            yield "card.yaml", upload.card
    elif upload.path.is_dir():
        for number, path in enumerate(sorted(upload.path.rglob("*"))):
            if number >= limits.archive_entries:
                return
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(upload.path).as_posix(), path


def _make_room(record: Path, limits: SubmissionLimits) -> None:
    """Remove the oldest uploads of refused submissions once all of them together are too large."""
    folders = sorted((record / QUARANTINE).iterdir(), reverse=True)
    total = 0
    for folder in folders:
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        total += size
        if total > limits.quarantine_total and not _waits(folder):
            shutil.rmtree(folder / "upload", ignore_errors=True)


def _waits(folder: Path) -> bool:
    """Whether the submission still waits for a curator, or is being written now."""
    report = folder / REPORT
    return not report.is_file() or json.loads(report.read_bytes())["outcome"] == HELD
