"""Which run of each system is shown, from the files of the record and the events of its ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import DataError, Problem
from harness.leaderboard.incoming import VERSIONS, record_folders
from harness.ledger.event import Event
from harness.ledger.standing import Standing, implied, standings
from harness.runfiles.card import CARD_NAME, RUN_NAME, RunCard, read_card
from harness.store.entries import Tombstone

System = tuple[str, str]
WAITING = ("submitted", "held", "refused")
CHANGING = {"published", "withdrawn", "corrected", "shown", "hidden", "re-scored", "reproduced"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A run of the record and what is to become of it.

    Attributes:
        folder: where run and card lie.
        card: what the card says.
        standing: what the ledger says.
        version: from 1, counting the runs of this system on this data set.
        shown: whether it is the one on the board.
    """

    folder: Path
    card: RunCard
    standing: Standing
    version: int
    shown: bool


def place(
    record: Path,
    events: Sequence[Event],
    problems: list[Problem],
    *,
    as_of: str | None = None,
    only: Collection[System] | None = None,
) -> tuple[list[Placed], list[Tombstone]]:
    """Every run that is or was on the board, by data set, system and version, and the withdrawn ones.

    A run that no event publishes was put into the record by hand: it counts as published when its card says
    that it was made.

    Args:
        record: the record's folder.
        events: the whole ledger.
        problems: what is wrong with the record is added here.
        as_of: only events up to this moment count.
        only: these systems alone, at their usual places.
    """
    now = standings(event for event in events if as_of is None or event.time <= as_of)
    ledgered = {event.key for event in events if event.kind == "published"}
    systems: dict[System, list[tuple[Path, RunCard]]] = {}
    for folder, card in _cards(record, only, problems):
        systems.setdefault((card.dataset, card.system), []).append((folder, card))
    placed: list[Placed] = []
    there = set()
    for _, found in sorted(systems.items()):
        runs = _unique(found, ledgered, problems)
        there |= {(card.dataset, card.system, card.run.sha256) for _, card in runs}
        placed += _ranked(_standing(folder, card, now, ledgered, as_of) for folder, card in runs)
    told = [standing for key, standing in sorted(now.items()) if only is None or key[:2] in only]
    problems += _missing(told, there)
    return placed, [tombstone(standing) for standing in told if standing.state == "withdrawn"]


def systems_of(events: Iterable[Event]) -> set[System]:
    """The systems whose rows some events change; who only hands something in changes nothing."""
    return {(event.dataset, event.system) for event in events if event.run and event.kind in CHANGING}


def _cards(
    record: Path, only: Collection[System] | None, problems: list[Problem]
) -> Iterator[tuple[Path, RunCard]]:
    folders: Iterable[Path] = record_folders(record)
    if only is not None:
        folders = (
            folder for dataset, system in sorted(only) for folder in record_folders(record / dataset / system)
        )
    for folder in folders:
        missing = [name for name in (CARD_NAME, RUN_NAME) if not (folder / name).is_file()]
        if missing:
            needed = f"{missing[0]} is missing; a record is {RUN_NAME} and {CARD_NAME}."
            problems.append(Problem(str(folder), needed))
            continue
        try:
            yield folder, read_card(folder / CARD_NAME)
        except DataError as error:
            problems.append(Problem(str(folder), str(error)))


def _unique(
    found: list[tuple[Path, RunCard]], ledgered: Collection[tuple[str, str, str]], problems: list[Problem]
) -> list[tuple[Path, RunCard]]:
    """One folder for each run; two of one system that neither ledger nor folder relates are a problem."""
    kept: dict[str, tuple[Path, RunCard]] = {}
    for folder, card in sorted(found, key=lambda item: len(item[0].parts)):
        sha256 = card.run.sha256
        related = folder.parent.name == VERSIONS or (card.dataset, card.system, sha256) in ledgered
        if kept and not related:
            first = next(iter(kept.values()))[0]
            text = f"{card.system} on {card.dataset} stands in {first}, too."
            problems.append(Problem(str(folder), text))
        elif sha256 not in kept:
            kept[sha256] = (folder, card)
    return list(kept.values())


def _standing(
    folder: Path,
    card: RunCard,
    now: Mapping[tuple[str, str, str], Standing],
    ledgered: Collection[tuple[str, str, str]],
    as_of: str | None,
) -> tuple[Path, RunCard, Standing | None]:
    """Folder, card and standing; None for a run that was not on the board yet."""
    key = (card.dataset, card.system, card.run.sha256)
    found = now.get(key)
    if key in ledgered:
        return folder, card, found if found and found.order else None
    if as_of is not None and card.created[:19] > as_of[:19]:
        return folder, card, None
    return folder, card, implied(*key) if found is None or found.state in WAITING else found


def _ranked(runs: Iterable[tuple[Path, RunCard, Standing | None]]) -> list[Placed]:
    """Versions in the order of publication; the one chosen last is shown."""
    known = [(folder, card, standing) for folder, card, standing in runs if standing is not None]
    known.sort(key=lambda run: (run[2].order, run[1].created, run[2].run))
    visible = [(run[2].chosen, number) for number, run in enumerate(known) if _visible(run[2])]
    chosen = max(visible)[1] if visible else None
    return [
        Placed(folder=folder, card=card, standing=standing, version=number + 1, shown=number == chosen)
        for number, (folder, card, standing) in enumerate(known)
    ]


def _visible(standing: Standing) -> bool:
    return standing.state == "published" and standing.shown


def _missing(told: Iterable[Standing], there: Collection[tuple[str, str, str]]) -> Iterator[Problem]:
    """A published run without files is a problem; a withdrawn one may be gone."""
    for standing in told:
        if standing.order and standing.state == "published" and standing.key not in there:
            text = f"the ledger published the run {standing.run[:12]}…, and no folder of the record has it."
            yield Problem(f"{standing.dataset}/{standing.system}", text)


def tombstone(standing: Standing) -> Tombstone:
    """What is left of a withdrawn run; a submitter's account is not named, it may be an anonymous one."""
    who = "the submitter" if standing.withdrawer == standing.actor else standing.withdrawer
    return Tombstone(*standing.key, standing.withdrawn, standing.reason, who)
