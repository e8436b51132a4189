"""Bringing a store up to date with the ledger, in short transactions, from any number of processes."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from harness.errors import CommandError, Problem, StoreError
from harness.leaderboard.grounds import Grounds
from harness.leaderboard.placing import place, systems_of
from harness.leaderboard.rebuild import Entries, ledger_line, rebuild, steady
from harness.ledger.event import Event
from harness.ledger.ledger import read_events
from harness.ledger.moment import utc_now
from harness.ledger.standing import standings
from harness.store import schema
from harness.store.engine import connect
from harness.store.reading import read_about, read_head
from harness.store.shape import of_this_version
from harness.store.writing import Change, Entry, change_board

LOCK_NAME = "store.lock"
System = tuple[str, str]


def catch_up(
    runs: str | Path,
    store: str | None = None,
    *,
    grounds: Grounds | None = None,
    moment: str | None = None,
) -> int:
    """Take into the store what the ledger knows and the store does not; the rest is left alone.

    The systems that new events speak of are read, scored and replaced in one transaction; what a complete
    rebuild would give afterwards is the same, to the digest. A store that is absent, of another version, or
    not one of this ledger is rebuilt. Anonymous entries whose date has come are named.

    Args:
        runs: the record's folder.
        store: URL of the store; by default ``$HARNESS_STORE`` or ``.harness/board.sqlite``.
        grounds: data sets made ready before.
        moment: the moment that decides which makers may be named; by default now.

    Returns:
        how many events were taken in.

    Raises:
        StoreError: the record, the ledger or the store is damaged; the store is as it was.
    """
    folder, ready, now = Path(runs), grounds or Grounds(), moment or utc_now()
    if not folder.is_dir():
        raise CommandError(f"There is no folder {folder} to take a board from.")
    with _one_at_a_time(folder):
        engine = connect(store, create=True)
        try:
            done = _apply(folder, engine, ready, now)
        except SQLAlchemyError as error:
            shown = engine.url.render_as_string(hide_password=True)
            reason = getattr(error, "orig", None) or error
            raise StoreError(f"{shown} cannot be brought after the ledger: {reason}") from error
        finally:
            engine.dispose()
        if done is None:
            rebuild(folder, store, moment=now, grounds=ready)
            return len(read_events(folder))
        return done


def _apply(folder: Path, engine: Engine, grounds: Grounds, now: str) -> int | None:
    """Take in all new events; their number, or None if only a rebuild can help."""
    while True:
        known = _head(engine)
        work = known and _work(folder, engine, grounds, now, known)
        if not known or not work:
            return None
        if not work.change or change_board(engine, work.change, after=known[0]):
            return work.events


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Processes on one machine take turns, so that none scores what another one is scoring."""
    with (folder / LOCK_NAME).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class _Work(NamedTuple):
    """How many events are new, and what they change; None if there is nothing to do."""

    events: int
    change: Change | None


def _head(engine: Engine) -> tuple[int, str] | None:
    """Number and hash of the last event in the store; None if it is no store of this version.

    Raises:
        StoreError: it shows the board of a moment in the past.
    """
    if not of_this_version(engine):
        return None
    about = read_about(engine)
    if about.get("schema") != str(schema.SCHEMA_VERSION):
        return None
    if about.get("as_of"):
        raise StoreError(
            f"The store has the board as of {about['as_of']}; it takes in nothing newer. Use another store."
        )
    return read_head(engine)


def _work(folder: Path, engine: Engine, grounds: Grounds, now: str, known: tuple[int, str]) -> _Work | None:
    """What is to be done for the events behind ``known``; None if the store is of another ledger."""
    number, head = known
    before = read_about(engine).get("moment", "")
    problems: list[Problem] = []
    with steady(folder) as events:
        if number and (len(events) < number or events[number - 1].hash != head):
            return None
        new = events[number:]
        systems = _closure(systems_of(new) | _named_now(events, before, now), grounds)
        if not new and not systems:
            return _Work(0, None)
        placed, stones = place(folder, events, problems, only=systems)
    entries: list[Entry] = list(Entries(folder, grounds, now).of(placed, problems))
    if problems:
        raise StoreError(f"The record in {folder} has problems; the store is unchanged:", problems)
    entries += [*stones, *map(ledger_line, new)]
    return _Work(len(new), Change(systems=systems, entries=entries, moment=now))


def _named_now(events: Sequence[Event], before: str, now: str) -> set[System]:
    """Systems whose makers could not be named when the store was written, and can be now."""
    return {
        (standing.dataset, standing.system)
        for standing in standings(events).values()
        if standing.anonymous(before) and not standing.anonymous(now)
    }


def _closure(systems: set[System], grounds: Grounds) -> set[System]:
    """The systems with those on data sets that score the same runs by other judgments."""
    homes = {name: spec.runs_from for name, spec in grounds.catalogue.items() if spec.runs_from}
    names = {dataset for dataset, _ in systems}
    related = {name: {name, homes.get(name) or name} for name in names}
    for name in names:
        origin = homes.get(name) or name
        related[name] |= {other for other, home in homes.items() if home == origin}
    return {(other, system) for dataset, system in systems for other in related[dataset]}
