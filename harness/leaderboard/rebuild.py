"""Rebuild the store from the record: every run is read, validated and scored again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from harness.datasets.catalogue import load_catalogue
from harness.datasets.dataset import Dataset, load_dataset
from harness.datasets.fingerprint import Fingerprints, fingerprint
from harness.datasets.spec import DatasetSpec
from harness.errors import CommandError, DataError, HarnessError, Problem, StoreError
from harness.evaluation.evaluate import evaluate
from harness.evaluation.judgments import Judgments
from harness.evaluation.measure import parse_measure
from harness.evaluation.ties import EXPECTED, tie_ranges, tied_pair_share
from harness.leaderboard.board import Board, read_board
from harness.rankings import Run
from harness.records import Issue, exact_mean
from harness.runfiles.against import validate_run
from harness.runfiles.card import CARD_NAME, RUN_NAME, RunCard, read_card
from harness.runfiles.writer import run_sha256
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
            problems += error.problems or [Problem(where, error.headline)]
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
    for name in sorted({card.dataset for card in cards.values()}):
        try:
            data = load_dataset(name)
            prints = fingerprint(data)
        except HarnessError as error:
            problems.append(Problem(name, f"the runs on it cannot be scored. {error}"))
            continue
        yield _dataset_entry(data, prints)
        for record, card in cards.items():
            if card.dataset == name:
                progress(f"{name}: {card.system}")
                try:
                    yield _run_entry(folder, record, card, data, prints)
                except DataError as error:
                    problems += error.problems or [Problem(str(record), error.headline)]
    yield from _macro_entries({card.dataset for card in cards.values()})
    if problems:
        raise StoreError(
            f"The record in {folder} has {len(problems)} problems; the store is unchanged:", problems
        )


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


def _macro_entries(present: set[str]) -> Iterator[DatasetEntry]:
    for name, spec in sorted(load_catalogue().items()):
        if spec.parts and present.intersection(spec.parts):
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


def _run_entry(folder: Path, record: Path, card: RunCard, data: Dataset, prints: Fingerprints) -> RunEntry:
    """Validate and score what lies on the disk.

    Raises:
        DataError: the file has errors, or is not the one that the card speaks of.
    """
    path = record / RUN_NAME
    found = validate_run(path, data)
    if found.run is None or not found.ok:
        errors = [issue for issue in found.issues if issue.severity == "error"]
        raise StoreError(
            f"{path} has errors.", [Problem(f"{path}:{issue.line or ''}", issue.message) for issue in errors]
        )
    identity = run_sha256(found.run)
    if identity != card.run.sha256:
        raise StoreError(
            f"{path} is not the run that its card names: the card has sha256 {card.run.sha256[:12]}…, the "
            f"file {identity[:12]}…. Either was changed, or a write was interrupted; run the system again."
        )
    scored, judgments = data.as_scored(found.run), Judgments.of(data.qrels)
    evaluation = evaluate(scored, judgments, data.spec.measures)
    return RunEntry(
        dataset=data.name,
        system=card.system,
        family=card.family,
        description=card.description,
        created=card.created,
        sha256=identity,
        path=path.relative_to(folder).as_posix(),
        depth=card.depth or data.spec.depth,
        rows=len(found.run),
        tied_share=tied_pair_share(scored),
        evaluation=evaluation,
        tie_ranges=_tie_ranges(scored, judgments, evaluation.measures),
        issues=[*found.issues, *_changed_data(card, prints)],
        card=card.model_dump(mode="json", exclude_none=True),
    )


def _tie_ranges(
    run: Run, judgments: Judgments, measures: Sequence[str]
) -> dict[str, tuple[float, float, float]]:
    """Means of the lowest, expected and highest values, for the measures that have a closed form."""
    having = [name for name in measures if parse_measure(name).name in EXPECTED]
    return {
        found.measure: (exact_mean(found.lowest), exact_mean(found.expected), exact_mean(found.highest))
        for found in tie_ranges(run, judgments, having)
    }


def _changed_data(card: RunCard, prints: Fingerprints) -> Iterator[Issue]:
    """A warning for each part of the data that is no longer what the run was made on."""
    known = card.fingerprints
    for part, now in asdict(prints).items():
        then = getattr(known, part, None) if known else None
        if then and then != now:
            message = f"The {part} are not those the run was made on: {then[:20]}… then, {now[:20]}… now."
            yield Issue("warning", "data-changed", message)
