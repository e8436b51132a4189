"""Rebuild the store from the record: every run is read, validated and scored again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from harness.datasets.catalogue import leaves, load_catalogue
from harness.datasets.dataset import Dataset, load_dataset
from harness.datasets.fingerprint import Fingerprints
from harness.datasets.places import data_root, is_beir_folder
from harness.datasets.spec import DatasetSpec
from harness.errors import CommandError, DataError, HarnessError, Problem, StoreError, UnknownNameError
from harness.leaderboard.board import Board, read_board
from harness.leaderboard.scoring import Ground, score_record
from harness.runfiles.card import CARD_NAME, RUN_NAME, RunCard, read_card
from harness.store.engine import connect
from harness.store.writing import DatasetEntry, RunEntry, replace_board

Progress = Callable[[str], None]


def rebuild(runs: str | Path, store: str | None = None, *, progress: Progress | None = None) -> Board:
    """Make the store from the run files and cards below ``runs`` alone.

    Every folder with a ``card.yaml`` and a ``run.trec.gz`` is one record. All of them are checked before
    anything is replaced: with a single bad one the store stays as it was and every problem is named.

    Args:
        runs: the record's folder; an empty one gives an empty board.
        store: URL of the store; by default ``$HARNESS_STORE`` or ``.harness/board.sqlite``.
        progress: called with a line for each run.

    Raises:
        CommandError: ``runs`` is not a folder.
        StoreError: with every problem of every record.
    """
    folder = Path(runs)
    if not folder.is_dir():
        raise CommandError(f"There is no folder {folder} to rebuild the board from.")
    problems: list[Problem] = []
    cards = _read_cards(folder, problems)
    engine = connect(store, create=True)
    replace_board(engine, _entries(folder, cards, problems, progress or _silent))
    engine.dispose()
    return read_board(store)


def _silent(_line: str) -> None:
    """Report nothing."""


def _read_cards(folder: Path, problems: list[Problem]) -> dict[Path, RunCard]:
    """Cards by record folder, sorted by data set and system."""
    cards: dict[Path, RunCard] = {}
    claimed: dict[tuple[str, str], Path] = {}
    for record in sorted({path.parent for name in (CARD_NAME, RUN_NAME) for path in folder.rglob(name)}):
        where = str(record)
        missing = [name for name in (CARD_NAME, RUN_NAME) if not (record / name).is_file()]
        if missing:
            problems.append(
                Problem(where, f"{missing[0]} is missing; a record is {RUN_NAME} and {CARD_NAME}.")
            )
            continue
        try:
            card = read_card(record / CARD_NAME)
        except DataError as error:
            problems.append(Problem(where, str(error)))
            continue
        name = (card.dataset, card.system)
        if name in claimed:
            problems.append(
                Problem(where, f"{card.system} on {card.dataset} stands in {claimed[name]}, too.")
            )
            continue
        claimed[name] = record
        cards[record] = card
    return dict(sorted(cards.items(), key=lambda item: (item[1].dataset, item[1].system)))


def _entries(
    folder: Path, cards: Mapping[Path, RunCard], problems: list[Problem], progress: Progress
) -> Iterator[DatasetEntry | RunEntry]:
    """Data sets and their scored runs; raises at the end if anything was wrong, which undoes the whole."""
    catalogue = load_catalogue()
    made_on = {card.dataset for card in cards.values()}
    scored_on = made_on | {name for name, spec in catalogue.items() if spec.runs_from in made_on}
    for name in sorted(scored_on):
        try:
            data = _load(name)
            ground = Ground.of(data)
        except HarnessError as error:
            records = ", ".join(str(record) for record, _ in _scored_on(name, None, cards))
            problems.append(Problem(records or name, f"runs on {name} cannot be scored. {error}"))
            continue
        yield _dataset_entry(data, ground.prints)
        for record, card in _scored_on(name, data.spec.runs_from, cards):
            progress(f"{name}: {card.system}")
            try:
                yield score_record(folder, record, card, ground)
            except DataError as error:
                problems += error.problems or [Problem(str(record), error.headline)]
    yield from _macro_entries(catalogue, scored_on)
    if problems:
        raise StoreError(
            f"The record in {folder} has {len(problems)} problem{'s' * (len(problems) > 1)}; "
            "the store is unchanged:",
            problems,
        )


def _load(name: str) -> Dataset:
    """A data set of the catalogue or below ``$HARNESS_DATA``; a record must not bring judgments of its own.

    Raises:
        UnknownNameError: neither has the name.
    """
    if name not in load_catalogue() and Path(name).exists() and not is_beir_folder(data_root() / name):
        raise UnknownNameError("data set", name, load_catalogue(), "A card names no folder.")
    return load_dataset(name)


def _scored_on(
    name: str, runs_from: str | None, cards: Mapping[Path, RunCard]
) -> Iterator[tuple[Path, RunCard]]:
    """Records made on a data set, and those of ``runs_from`` whose system has none of its own there."""
    own = {card.system for card in cards.values() if card.dataset == name}
    for record, card in cards.items():
        if card.dataset == name or (card.dataset == runs_from and card.system not in own):
            yield record, card


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


def _macro_entries(catalogue: Mapping[str, DatasetSpec], present: set[str]) -> Iterator[DatasetEntry]:
    for name, spec in sorted(catalogue.items()):
        if spec.parts and present.intersection(leaves(catalogue, name)):
            yield _macro_entry(name, spec)


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
