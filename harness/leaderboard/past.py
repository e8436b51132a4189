"""The board as it was: which runs were shown at a moment, by the events up to then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Engine

from harness.leaderboard.placing import WAITING, tombstone
from harness.ledger.event import Event
from harness.ledger.standing import Key, Standing, implied, standings
from harness.store.entries import Tombstone
from harness.store.reading import BoardTables, StoredRun, read_board_tables, read_past


def past_tables(engine: Engine, moment: str) -> BoardTables:
    """What the store would hold if only the events up to a moment had happened.

    Makers are named as the store names them now. The digest is of this board alone.
    """
    tables = read_board_tables(engine)
    others, lines = read_past(engine)
    events = [Event(**json.loads(line)) for line in lines]
    then = standings(event for event in events if event.time <= moment)
    ledgered = {event.key for event in events if event.kind == "published"}
    homes = {
        entry.name: str(entry.spec["runs_from"]) for entry in tables.datasets if entry.spec.get("runs_from")
    }
    chosen: dict[tuple[str, str], tuple[tuple[int, int], StoredRun, Standing]] = {}
    for run, standing in _known([*tables.runs, *others], homes, then, ledgered, moment):
        if standing.state != "published" or not standing.shown:
            continue
        rank = (standing.chosen, run.version)
        before = chosen.get((run.dataset, run.system))
        if before is None or rank > before[0]:
            chosen[run.dataset, run.system] = (rank, run, standing)
    runs = [
        run._replace(published=standing.published, marks=standing.marks, reproduced=standing.reproduced)
        for _, (_, run, standing) in sorted(chosen.items())
    ]
    stones = [tombstone(now) for _, now in sorted(then.items()) if now.state == "withdrawn"]
    return tables._replace(digest=_digest(runs, stones), as_of=moment, runs=runs, tombstones=stones)


def _known(
    runs: Iterable[StoredRun],
    homes: Mapping[str, str],
    then: Mapping[Key, Standing],
    ledgered: set[Key],
    moment: str,
) -> Iterator[tuple[StoredRun, Standing]]:
    """The runs that were in the record at the moment, with their standing then.

    ``homes`` has, for data sets that are other judgments of the same documents, where the runs were made.
    """
    for run in runs:
        key = (homes.get(run.dataset, run.dataset), run.system, run.sha256)
        if key not in then and key not in ledgered:
            key = (run.dataset, run.system, run.sha256)
        found = then.get(key)
        if key in ledgered:
            if found and found.order:
                yield run, found
        elif run.created[:19] <= moment[:19]:
            yield run, implied(*key) if found is None or found.state in WAITING else found


def _digest(runs: list[StoredRun], stones: list[Tombstone]) -> str:
    told = [run._replace(id=0)._asdict() for run in runs]
    text = json.dumps([told, stones], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
