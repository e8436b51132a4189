"""What a submission comes to, given its findings, its flags and what the ledger knows at that moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from harness.ledger.event import Event
from harness.ledger.standing import Key, Standing, standings
from harness.runfiles.card import CARD_NAME
from harness.submissions.flags import flag
from harness.submissions.receipt import (
    DUPLICATE,
    HELD,
    PUBLISHED,
    REFUSED,
    Duplicate,
    EntryReport,
    Finding,
    Flag,
    broken,
)


class Verdict(NamedTuple):
    """The outcome, the entries with what only the ledger could tell, the numbers of those that are new."""

    outcome: str
    entries: tuple[EntryReport, ...]
    new: tuple[int, ...]


def judge(
    entries: Sequence[EntryReport],
    findings: Sequence[Finding],
    events: Sequence[Event],
    record: Path,
    actor: str,
) -> Verdict:
    """Decide on a submission.

    One error refuses all of it. A run that its system has on the board already, or that its submitter has
    waiting for a curator, is a duplicate and changes nothing. Of the others one flag that holds makes all of
    the submission wait. Scores are told only of what is let in or held.

    Args:
        entries: the runs as far as they alone could tell.
        findings: of the upload as a whole.
        events: the ledger, read under its lock if the verdict is to be written.
        record: the record's folder.
        actor: who submits.
    """
    if broken(findings) or any(broken(entry.findings) for entry in entries) or not entries:
        kept = tuple(replace(entry, scores={}, duplicates=(), flags=()) for entry in entries)
        return Verdict(REFUSED, kept, ())
    now = standings(events)
    owners = _owners(now)
    judged: list[EntryReport] = []
    new: list[int] = []
    for number, entry in enumerate(entries):
        standing = now.get((entry.dataset, entry.system, entry.sha256))
        if _on_board(standing) or _waits(standing, actor) or _by_hand(entry, record, now):
            twin = Duplicate("same-run", entry.system, entry.sha256, 1.0)
            judged.append(replace(entry, duplicates=(twin, *entry.duplicates), flags=()))
            continue
        new.append(number)
        more = [*_told(entry, standing, now), *_names(entry, owners, actor, record)]
        judged.append(replace(entry, flags=(*entry.flags, *more)))
    if not new:
        return Verdict(DUPLICATE, tuple(judged), ())
    holds = any(item.holds for number in new for item in judged[number].flags)
    return Verdict(HELD if holds else PUBLISHED, tuple(judged), tuple(new))


def _on_board(standing: Standing | None) -> bool:
    return standing is not None and standing.state == "published" and bool(standing.order)


def _waits(standing: Standing | None, actor: str) -> bool:
    return standing is not None and standing.state == "held" and standing.actor == actor


def _by_hand(entry: EntryReport, record: Path, now: Mapping[Key, Standing]) -> bool:
    """Whether the run lies in the record at its usual place without an event of the ledger."""
    path = record / entry.dataset / entry.system / CARD_NAME
    standing = now.get((entry.dataset, entry.system, entry.sha256))
    withdrawn = standing is not None and standing.state == "withdrawn"
    return not withdrawn and path.is_file() and entry.sha256.encode() in path.read_bytes()


def _told(entry: EntryReport, standing: Standing | None, now: Mapping[Key, Standing]) -> list[Flag]:
    """What the ledger says of this run: that it was withdrawn, or is another system's."""
    found = []
    if standing is not None and standing.state == "withdrawn":
        found.append(flag("withdrawn-before", f"It was withdrawn on {standing.withdrawn[:10]}."))
    known = {twin.system for twin in entry.duplicates}
    for (dataset, system, run), other in now.items():
        same = dataset == entry.dataset and run == entry.sha256 and system != entry.system
        if same and _on_board(other) and system not in known:
            found.append(flag("same-run", f"{system} has published this very run."))
    return found


def _owners(now: Mapping[Key, Standing]) -> dict[str, str]:
    """Who published the first run of each system."""
    published = sorted((item for item in now.values() if item.order), key=lambda item: -item.order)
    return {item.system: item.actor for item in published}


def _names(entry: EntryReport, owners: Mapping[str, str], actor: str, record: Path) -> Collection[Flag]:
    owner = owners.get(entry.system)
    if owner is not None and owner != actor:
        return [flag("name-in-use", f"The name {entry.system!r} is another account's.")]
    if owner is None and any(_has_card(place, entry.system) for place in record.iterdir()):
        text = f"Runs of {entry.system!r} lie in the record without an event that says whose they are."
        return [flag("name-in-use", text)]
    return []


def _has_card(place: Path, system: str) -> bool:
    return not place.name.startswith(".") and (place / system / CARD_NAME).is_file()
