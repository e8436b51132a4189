"""Decisions about published and waiting runs: withdraw, hide, show, note, accept, refuse."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.errors import CommandError
from harness.leaderboard.grounds import Grounds
from harness.leaderboard.incoming import INCOMING, settle
from harness.leaderboard.placing import place
from harness.leaderboard.publishing import catch_up
from harness.ledger.event import Draft, Event
from harness.ledger.ledger import flush_folder, writing
from harness.submissions.choosing import chosen_run
from harness.submissions.commit import RUNS
from harness.submissions.quarantine import quarantine_place, read_receipt, receipts, save_receipt
from harness.submissions.receipt import HELD, PUBLISHED, REFUSED, Receipt


def withdraw(
    record: str | Path,
    dataset: str,
    system: str,
    *,
    actor: str,
    reason: str,
    run: str | None = None,
    store: str | None = None,
    grounds: Grounds | None = None,
) -> Event:
    """Take a run back: its row becomes a tombstone with the reason, its scores are not shown any more.

    Args:
        record: the record's folder.
        dataset, system: whose run.
        actor: who decides.
        reason: why, in words that are shown; needed.
        run: the sha256 of the run, or its first characters (at least 8); by default the one on the board.
        store: URL of a store to bring after the decision.
        grounds: data sets made ready before.

    Raises:
        UnknownNameError: there is no such run.
        CommandError: there is no reason; or ``run`` is left out although the board shows an older version
            again since a newer one was withdrawn or hidden.
    """
    return decide(
        "withdrawn",
        record,
        dataset,
        system,
        actor=actor,
        reason=reason,
        run=run,
        store=store,
        grounds=grounds,
    )


def hide_run(
    record: str | Path,
    dataset: str,
    system: str,
    *,
    actor: str,
    reason: str = "",
    run: str | None = None,
    store: str | None = None,
    grounds: Grounds | None = None,
) -> Event:
    """Leave a run off the board by its submitter's choice; the version before it, if any, is shown instead.

    Arguments and errors as :func:`withdraw`.
    """
    return decide(
        "hidden", record, dataset, system, actor=actor, reason=reason, run=run, store=store, grounds=grounds
    )


def show_run(
    record: str | Path,
    dataset: str,
    system: str,
    *,
    actor: str,
    reason: str = "",
    run: str | None = None,
    store: str | None = None,
    grounds: Grounds | None = None,
) -> Event:
    """Show a run again, or an older version instead of the newest.

    Arguments and errors as :func:`withdraw`; by default the newest run that was not withdrawn.
    """
    return decide(
        "shown", record, dataset, system, actor=actor, reason=reason, run=run, store=store, grounds=grounds
    )


def note(
    record: str | Path, dataset: str, system: str, *, actor: str, reason: str, run: str | None = None
) -> Event:
    """Add a curator's note to a run's history. Arguments and errors as :func:`withdraw`."""
    return decide("curated", record, dataset, system, actor=actor, reason=reason, run=run, store=None)


def accept(
    record: str | Path,
    receipt: str,
    *,
    actor: str,
    reason: str,
    store: str | None = None,
    grounds: Grounds | None = None,
) -> Receipt:
    """Publish a submission that waits for a curator.

    Raises:
        UnknownNameError: there is no such submission.
        CommandError: it does not wait, or there is no reason.
    """
    folder, told = Path(record), read_receipt(record, receipt)
    with writing(folder) as pen:
        waiting = _waiting(pen.events, receipt)
        target = folder / INCOMING / receipt
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(quarantine_place(folder, receipt) / RUNS, target)
        flush_folder(target.parent)
        drafts = []
        for event in waiting:
            drafts.append(Draft("accepted", actor, *event.key, _needed(reason), {"receipt": receipt}))
            drafts.append(Draft(PUBLISHED, actor, *event.key, "", event.details))
        last = pen.append(*drafts)[-1]
        settle(folder, pen.events)
        shutil.rmtree(target, ignore_errors=True)
    told = replace(told, outcome=PUBLISHED, event=last.number, event_hash=last.hash, reason=reason)
    save_receipt(folder, told)
    shutil.rmtree(quarantine_place(folder, receipt), ignore_errors=True)
    if store is not None:
        catch_up(folder, store, grounds=grounds)
    return told


def refuse(record: str | Path, receipt: str, *, actor: str, reason: str) -> Receipt:
    """Refuse a submission that waits for a curator; its files stay in the quarantine.

    Raises:
        UnknownNameError: there is no such submission.
        CommandError: it does not wait, or there is no reason.
    """
    told = read_receipt(record, receipt)
    with writing(record) as pen:
        waiting = _waiting(pen.events, receipt)
        details = {"receipt": receipt, "codes": ["curator"]}
        last = pen.append(
            *(Draft(REFUSED, actor, *event.key, _needed(reason), details) for event in waiting)
        )[-1]
    entries = tuple(replace(entry, scores={}) for entry in told.entries)
    told = replace(
        told, outcome=REFUSED, entries=entries, event=last.number, event_hash=last.hash, reason=reason
    )
    save_receipt(Path(record), told)
    return told


def held(record: str | Path) -> list[Receipt]:
    """The submissions that wait for a curator, oldest first."""
    return [receipt for receipt in reversed(receipts(record)) if receipt.outcome == HELD]


def _needed(reason: str) -> str:
    if not reason.strip():
        raise CommandError("The decision needs a reason; it is shown to whoever asks why.")
    return reason


def _waiting(events: Sequence[Event], receipt: str) -> list[Event]:
    """The events that hold a submission.

    Raises:
        CommandError: it was decided before.
    """
    about = [event for event in events if event.details.get("receipt") == receipt]
    waiting = [event for event in about if event.kind == HELD]
    decided = [event for event in about if event.kind in (PUBLISHED, REFUSED)]
    if not waiting or decided:
        raise CommandError(f"The submission {receipt} does not wait for a decision.")
    return waiting


def decide(
    kind: str,
    record: str | Path,
    dataset: str,
    system: str,
    *,
    actor: str,
    reason: str,
    run: str | None,
    store: str | None,
    grounds: Grounds | None = None,
) -> Event:
    """Write a decision of a kind (``withdrawn``, ``hidden``, ``shown``, ``curated``) about a run.

    Arguments and errors as :func:`withdraw`.
    """
    folder = Path(record)
    if kind in ("withdrawn", "curated"):
        _needed(reason)
    with writing(folder) as pen:
        settle(folder, pen.events)
        placed, _ = place(folder, pen.events, [], only={(dataset, system)})
        sha256 = chosen_run(placed, kind, dataset, system, run, folder)
        (event,) = pen.append(Draft(kind, actor, dataset, system, sha256, reason))
    if store is not None:
        catch_up(folder, store, grounds=grounds)
    return event
