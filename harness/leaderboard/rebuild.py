"""Rebuild the store from the record: every run is read, validated and scored again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness.datasets.catalogue import leaves
from harness.datasets.dataset import Dataset
from harness.datasets.fingerprint import Fingerprints
from harness.datasets.spec import DatasetSpec
from harness.errors import CommandError, DataError, HarnessError, Problem, StoreError
from harness.leaderboard.board import Board, read_board
from harness.leaderboard.grounds import Grounds
from harness.leaderboard.incoming import settle
from harness.leaderboard.placing import Placed, place
from harness.leaderboard.scoring import place_entry
from harness.ledger.chain import LEDGER_NAME
from harness.ledger.event import Event
from harness.ledger.ledger import read_events, writing
from harness.ledger.moment import utc_now
from harness.store.engine import connect
from harness.store.entries import LedgerLine, Tombstone
from harness.store.writing import DatasetEntry, RunEntry, replace_board

Progress = Callable[[str], None]


def rebuild(
    runs: str | Path,
    store: str | None = None,
    *,
    progress: Progress | None = None,
    as_of: str | None = None,
    moment: str | None = None,
    grounds: Grounds | None = None,
) -> Board:
    """Make the store from the run files, the cards and the ledger below ``runs`` alone.

    Every folder with a ``card.yaml`` and a ``run.trec.gz`` is one record. All of them are checked before
    anything is replaced: with a single bad one the store stays as it was and every problem is named.

    Args:
        runs: the record's folder; an empty one gives an empty board.
        store: URL of the store; by default ``$HARNESS_STORE`` or ``.harness/board.sqlite``.
        progress: called with a line for each run.
        as_of: only what the record knew at this moment (:func:`~harness.ledger.moment.parse_moment`).
        moment: the moment that decides which makers may be named; by default now. The store keeps it.
        grounds: data sets made ready before.

    Raises:
        CommandError: ``runs`` is not a folder.
        StoreError: with every problem of every record.
    """
    folder = Path(runs)
    if not folder.is_dir():
        raise CommandError(f"There is no folder {folder} to rebuild the board from.")
    problems: list[Problem] = []
    now = moment or utc_now()
    with steady(folder) as events:
        placed, stones = place(folder, events, problems, as_of=as_of)
    kept = [event for event in events if as_of is None or event.time <= as_of]
    maker = Entries(folder, grounds or Grounds(), now, progress or _silent)
    engine = connect(store, create=True)
    entries = _checked(maker.of(placed, problems), stones, kept, problems, folder)
    replace_board(engine, entries, moment=now, as_of=as_of or "")
    engine.dispose()
    return read_board(store)


@contextmanager
def steady(folder: Path) -> Iterator[tuple[Event, ...]]:
    """The ledger's events while no other process adds to it, with every published run at its place.

    A record without a ledger, or one that may only be read, is taken as it lies there.
    """
    if not (folder / LEDGER_NAME).exists():
        yield ()
        return
    try:
        with writing(folder) as pen:
            settle(folder, pen.events)
            yield pen.events
    except PermissionError:
        yield read_events(folder)


def _checked(
    entries: Iterable[DatasetEntry | RunEntry],
    stones: Sequence[Tombstone],
    events: Sequence[Event],
    problems: list[Problem],
    folder: Path,
) -> Iterator[DatasetEntry | RunEntry | Tombstone | LedgerLine]:
    """Everything that goes into the store; raises at the end if anything was wrong, which undoes it."""
    yield from entries
    yield from stones
    yield from map(ledger_line, events)
    if problems:
        raise StoreError(
            f"The record in {folder} has {len(problems)} problem{'s' * (len(problems) > 1)}; "
            "the store is unchanged:",
            problems,
        )


def ledger_line(event: Event) -> LedgerLine:
    """The event as the store keeps it."""
    return LedgerLine(event.number, event.dataset, event.system, event.hash, event.line().decode().rstrip())


def _silent(_line: str) -> None:
    """Report nothing."""


class Entries:
    """Turns placed runs into entries of the store: data sets, scored runs, macro averages.

    Args:
        folder: the record's folder.
        grounds: data sets made ready.
        moment: the moment that decides which makers may be named.
        progress: called with a line for each run.
    """

    def __init__(self, folder: Path, grounds: Grounds, moment: str, progress: Progress = _silent) -> None:
        self._folder = folder
        self._grounds = grounds
        self._moment = moment
        self._progress = progress

    def of(self, placed: Sequence[Placed], problems: list[Problem]) -> Iterator[DatasetEntry | RunEntry]:
        """Data sets, each before its runs, then the macro averages over them; problems are added."""
        catalogue = self._grounds.catalogue
        made_on = {run.card.dataset for run in placed}
        scored_on = made_on | {name for name, spec in catalogue.items() if spec.runs_from in made_on}
        for name in sorted(scored_on):
            yield from self._on(name, placed, problems)
        for name, spec in sorted(catalogue.items()):
            if spec.parts and scored_on.intersection(leaves(catalogue, name)):
                yield _macro_entry(name, spec)

    def _on(
        self, name: str, placed: Sequence[Placed], problems: list[Problem]
    ) -> Iterator[DatasetEntry | RunEntry]:
        try:
            ground = self._grounds[name]
        except HarnessError as error:
            records = ", ".join(str(run.folder) for run in _scored_on(name, None, placed))
            problems.append(Problem(records or name, f"runs on {name} cannot be scored. {error}"))
            return
        yield _dataset_entry(ground.data, ground.prints)
        for run in _scored_on(name, ground.data.spec.runs_from, placed):
            self._progress(f"{name}: {run.card.system}")
            try:
                yield place_entry(self._folder, run, ground, self._moment)
            except DataError as error:
                problems += error.problems or [Problem(str(run.folder), error.headline)]


def _scored_on(name: str, runs_from: str | None, placed: Sequence[Placed]) -> Iterator[Placed]:
    """Runs made on a data set, and those of ``runs_from`` whose system has none of its own there."""
    own = {run.card.system for run in placed if run.card.dataset == name}
    for run in placed:
        borrowed = run.card.dataset == runs_from and run.card.system not in own
        if run.card.dataset == name or (borrowed and run.shown):
            yield run


def _dataset_entry(data: Dataset, prints: Fingerprints) -> DatasetEntry:
    texts = {query.id: query.text for query in data.queries}
    judged = data.qrels.queries.tolist()
    return DatasetEntry(
        name=data.name,
        title=data.spec.title,
        headline=data.spec.measures[0],
        judgments=prints.judgments,
        queries=judged,
        texts=[texts.get(query, "") for query in judged],
        spec=data.spec.model_dump(mode="json"),
    )


def _macro_entry(name: str, spec: DatasetSpec) -> DatasetEntry:
    return DatasetEntry(
        name=name,
        title=spec.title,
        headline=spec.measures[0],
        judgments="",
        queries=(),
        texts=(),
        spec=spec.model_dump(mode="json"),
    )
