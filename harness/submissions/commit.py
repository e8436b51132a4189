"""Writing a decision down: files staged before it, events that are it, files set aside beside it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.leaderboard.anonymity import card_sha256
from harness.leaderboard.incoming import INCOMING, stage_place
from harness.ledger.event import Draft, Event
from harness.ledger.ledger import flush_folder
from harness.runfiles.card import CARD_NAME, RUN_NAME, write_card
from harness.runfiles.writer import write_run
from harness.submissions.examined import Examined
from harness.submissions.judging import Verdict
from harness.submissions.limits import SubmissionLimits
from harness.submissions.quarantine import keep_upload, quarantine_place
from harness.submissions.receipt import DUPLICATE, HELD, PUBLISHED, REFUSED, EntryReport, Receipt
from harness.submissions.upload import Upload

RUNS = "runs"


def stage(record: Path, receipt: str, runs: Sequence[Examined]) -> None:
    """Write runs and cards, in their canonical form, where the decision can move them to their place."""
    for number, run in enumerate(runs):
        folder = stage_place(record, receipt, number)
        write_run(run.raw, folder / RUN_NAME)
        write_card(run.card, folder / CARD_NAME)
        flush_folder(folder)
    flush_folder(record / INCOMING / receipt)
    flush_folder(record / INCOMING)


def set_aside(record: Path, receipt: Receipt, upload: Upload, limits: SubmissionLimits) -> None:
    """Keep what does not go to the board: held runs to be published later, refused uploads to look at."""
    staged = record / INCOMING / receipt.id
    if receipt.outcome == HELD:
        target = quarantine_place(record, receipt.id) / RUNS
        target.parent.mkdir(parents=True, exist_ok=True)
        staged.rename(target)
        flush_folder(target.parent)
    else:
        shutil.rmtree(staged, ignore_errors=True)
    if receipt.outcome == REFUSED:
        keep_upload(record, receipt.id, upload, limits)


def drafts(receipt: Receipt, verdict: Verdict, runs: Sequence[Examined | None]) -> list[Draft]:
    """The events of a decision, run by run; none for what is on the board already."""
    if verdict.outcome == DUPLICATE:
        return []
    if verdict.outcome == REFUSED:
        return list(_refusals(receipt))
    made = []
    for number in verdict.new:
        entry, run = receipt.entries[number], runs[number]
        details = _details(receipt, number, entry, run)
        made.append(_draft("submitted", receipt, entry, {"receipt": receipt.id, "place": number}))
        if verdict.outcome == PUBLISHED:
            made.append(_draft("accepted", receipt, entry, {"receipt": receipt.id}))
            made.append(_draft(PUBLISHED, receipt, entry, details))
        else:
            made.append(_draft(HELD, receipt, entry, details))
    return made


def _draft(
    kind: str, receipt: Receipt, entry: EntryReport, details: dict[str, Any], reason: str = ""
) -> Draft:
    actor = "harness" if kind in ("accepted", HELD, REFUSED) else receipt.actor
    return Draft(kind, actor, entry.dataset, entry.system, entry.sha256, reason, details)


def _refusals(receipt: Receipt) -> Iterator[Draft]:
    codes = sorted({item.code for item in receipt.every_finding() if item.severity == "error"})
    for number, entry in enumerate(receipt.entries):
        yield _draft("submitted", receipt, entry, {"receipt": receipt.id, "place": number})
    first = receipt.entries[0] if len(receipt.entries) == 1 else EntryReport()
    details = {"receipt": receipt.id, "codes": codes, "submitter": receipt.actor}
    yield _draft(REFUSED, receipt, first, details, ", ".join(codes))


def _details(receipt: Receipt, number: int, entry: EntryReport, run: Examined | None) -> dict[str, Any]:
    """What the events ``published`` and ``held`` tell of a run beside its name."""
    until = run.card.anonymous_until if run is not None else None
    told = {"card": card_sha256(run.card)} if run is not None else {}
    return {
        **told,
        "receipt": receipt.id,
        "place": number,
        "submitter": receipt.actor,
        "marks": [f"{item.code}: {item.message}" for item in entry.flags],
        "anonymous_until": until,
    }


def last_about(receipt: Receipt, events: Sequence[Event]) -> Event | None:
    """The last event that speaks of one of the runs of a submission."""
    keys = {(entry.dataset, entry.system, entry.sha256) for entry in receipt.entries}
    return next((event for event in reversed(events) if event.key in keys), None)
