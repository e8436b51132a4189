"""Admission: the one door for every submission, whichever way it came."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from harness.errors import CommandError, HarnessError
from harness.leaderboard.grounds import Grounds
from harness.leaderboard.incoming import settle
from harness.leaderboard.publishing import catch_up
from harness.ledger.event import Event
from harness.ledger.ledger import read_events, writing
from harness.ledger.moment import utc_now
from harness.submissions.commit import drafts, last_about, set_aside, stage
from harness.submissions.duplicates import peers_on
from harness.submissions.examination import Read, read_entry, report, scored, validated
from harness.submissions.examined import Examined
from harness.submissions.judging import Verdict, judge
from harness.submissions.limits import SubmissionLimits
from harness.submissions.quarantine import save_receipt
from harness.submissions.receipt import PUBLISHED, REFUSED, WOULD, Finding, Receipt, broken, finding
from harness.submissions.upload import Upload, open_upload

Gate = Callable[[Sequence[tuple[str, str]], tuple[Event, ...]], Iterable[Finding]]
"""A policy: from the (data set, system) of a submission's runs and the ledger to reasons against it."""


def admit(
    upload: Upload,
    *,
    record: str | Path,
    store: str | None,
    actor: str,
    dry_run: bool = False,
    limits: SubmissionLimits = SubmissionLimits(),  # noqa: B008  (frozen)
    gate: Gate | None = None,
    grounds: Grounds | None = None,
    moment: str | None = None,
) -> Receipt:
    """Check, score and publish a submission; nothing that fails changes the board.

    The order: limits, cards, policy, validation, scores, duplicates, suspicion, decision. The decision is
    made and written under the ledger's lock, so that two submissions at once cannot both take one name or
    budget. When this returns with ``published``, the event is on the disk, whatever happens to the process.

    Args:
        upload: what was handed in.
        record: the record's folder.
        store: URL of a store that is to show the run at once; None to leave all stores alone.
        actor: the account, or the name on the command line, that submits.
        dry_run: only say what would happen.
        limits: how much is looked at.
        gate: a policy of the caller's, asked before validation and again before the decision is written.
        grounds: data sets made ready before.
        moment: the moment of the submission; by default now.

    Raises:
        CommandError: the record's folder is absent, or the actor has no name.
        StoreError: the ledger was changed after it was written.
    """
    folder = Path(record)
    if not folder.is_dir() or not actor.strip():
        raise CommandError(f"There is no record folder {folder}." if actor.strip() else "Who submits?")
    made = _Admission(folder, store, actor, limits, gate, grounds or Grounds(), moment or utc_now())
    with tempfile.TemporaryDirectory(prefix="harness-submission-") as scratch:
        made.examine(upload, Path(scratch))
        return made.rehearse() if dry_run else made.decide(upload)


class _Admission:
    """One submission on its way; ``examine`` fills it, ``rehearse`` or ``decide`` ends it."""

    def __init__(
        self,
        record: Path,
        store: str | None,
        actor: str,
        limits: SubmissionLimits,
        gate: Gate | None,
        grounds: Grounds,
        moment: str,
    ) -> None:
        self._record, self._store, self._actor = record, store, actor
        self._limits, self._gate, self._grounds, self._moment = limits, gate, grounds, moment
        self._findings: list[Finding] = []
        self._reads: list[Read] = []
        self._examined: list[Examined | None] = []
        stamp = moment[:19].replace("-", "").replace(":", "")
        self._receipt = Receipt(
            id=f"{stamp}-{secrets.token_hex(6)}", outcome=REFUSED, actor=actor, time=moment
        )

    def examine(self, upload: Upload, scratch: Path) -> None:
        """Everything that needs no lock."""
        submitted, self._findings = open_upload(upload, scratch, self._limits)
        self._reads = [read_entry(item, self._moment, self._limits) for item in submitted]
        self._findings += self._repeated()
        self._ask(read_events(self._record))
        if broken(self._findings):
            self._examined = [None] * len(self._reads)
        else:
            self._examine_runs()
        peers = {
            run.card.dataset: peers_on(run.card.dataset, self._record, self._store, self._grounds)
            for run in self._examined
            if run is not None
        }
        reports = (
            report(read, run, peers.get(run.card.dataset, []) if run else [])
            for read, run in zip(self._reads, self._examined, strict=True)
        )
        self._receipt = replace(self._receipt, entries=tuple(reports))

    def _examine_runs(self) -> None:
        results = []
        for number, read in enumerate(self._reads):
            self._reads[number], result = validated(read, self._grounds, self._limits.run)
            results.append(result)
        whole = not any(broken(read.findings) for read in self._reads)
        for number, result in enumerate(results):
            run = None
            if whole and result is not None:
                self._reads[number], run = scored(self._reads[number], result, self._grounds)
            self._examined.append(run)

    def _repeated(self) -> list[Finding]:
        seen: set[tuple[str, str]] = set()
        found = []
        for dataset, system in self._pairs():
            if (dataset, system) in seen:
                text = f"{system} on {dataset} stands in it twice."
                found.append(finding("manifest-repeated", "submission", text))
            seen.add((dataset, system))
        return found

    def _pairs(self) -> list[tuple[str, str]]:
        return [(read.card.dataset, read.card.system) for read in self._reads if read.card is not None]

    def _ask(self, events: tuple[Event, ...]) -> None:
        if self._gate is not None:
            self._findings += self._gate(self._pairs(), events)

    def _judge(self, events: tuple[Event, ...]) -> Verdict:
        return judge(self._receipt.entries, self._findings, events, self._record, self._actor)

    def rehearse(self) -> Receipt:
        """What would happen now."""
        verdict = self._judge(read_events(self._record))
        return replace(
            self._receipt,
            outcome=WOULD[verdict.outcome],
            dry_run=True,
            entries=verdict.entries,
            findings=tuple(self._findings),
        )

    def decide(self, upload: Upload) -> Receipt:
        """Decide, write the decision, and bring files and store after it."""
        staged = [run for run in self._examined if run is not None]
        if staged and len(staged) == len(self._examined):
            stage(self._record, self._receipt.id, staged)
        with writing(self._record) as pen:
            if not broken(self._findings):
                self._ask(pen.events)
            verdict = self._judge(pen.events)
            self._receipt = replace(
                self._receipt,
                outcome=verdict.outcome,
                entries=verdict.entries,
                findings=tuple(self._findings),
            )
            if verdict.outcome != PUBLISHED:
                set_aside(self._record, self._receipt, upload, self._limits)
            written = pen.append(*drafts(self._receipt, verdict, self._examined))
            settle(self._record, pen.events)
        last = written[-1] if written else last_about(self._receipt, pen.events)
        if last is not None:
            self._receipt = replace(self._receipt, event=last.number, event_hash=last.hash)
        if verdict.outcome == PUBLISHED and self._store is not None:
            self._show(self._store)
        if written:
            save_receipt(self._record, self._receipt)
        return self._receipt

    def _show(self, store: str) -> None:
        """Bring the store after the ledger; the run is published whether that works or not."""
        try:
            catch_up(self._record, store, grounds=self._grounds)
        except HarnessError as error:
            behind = finding("store-behind", "store", str(error))
            self._receipt = replace(self._receipt, findings=(*self._receipt.findings, behind))
