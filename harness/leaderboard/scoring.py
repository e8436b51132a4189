"""One record of the board: its run validated, compared with its card, and scored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from harness.datasets.audit import audit
from harness.datasets.dataset import Dataset
from harness.datasets.fingerprint import Fingerprints, fingerprint
from harness.errors import DataError, Problem, StoreError
from harness.evaluation.evaluate import evaluate
from harness.evaluation.judgments import Judgments
from harness.evaluation.measure import parse_measure
from harness.evaluation.ties import EXPECTED, tie_ranges, tied_pair_share
from harness.leaderboard.anonymity import card_sha256, shown_card, submitter
from harness.leaderboard.incoming import version_place
from harness.leaderboard.placing import Placed
from harness.ledger.standing import Standing
from harness.rankings import Run
from harness.records import Issue, exact_mean
from harness.runfiles.against import validate_run
from harness.runfiles.card import RUN_NAME, RunCard
from harness.runfiles.writer import run_sha256
from harness.store.writing import RunEntry

CONCERNS = ("count-mismatch",)
"""Findings of the audit that stand beside every score on the data set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the runs on one data set are scored on, made ready once.

    Attributes:
        data: the data set.
        judgments: its judgments.
        prints: its fingerprints.
        concerns: what the audit says against scores on it: other counts than the catalogue's.
    """

    data: Dataset
    judgments: Judgments
    prints: Fingerprints
    concerns: tuple[Issue, ...]

    @classmethod
    def of(cls, data: Dataset) -> Ground:
        """Read the documents twice: for the fingerprints and for the counts."""
        concerns = tuple(
            Issue("warning", issue.code, issue.message)
            for issue in audit(data)
            if issue.code in CONCERNS and issue.severity == "error"
        )
        return cls(data=data, judgments=Judgments.of(data.qrels), prints=fingerprint(data), concerns=concerns)


def score_record(folder: Path, record: Path, card: RunCard, ground: Ground) -> RunEntry:
    """Validate and score what lies on the disk.

    Args:
        folder: the record's folder, to which the row's path is relative.
        record: the folder of this run and its card.
        card: what the card says.
        ground: the data set that the run is scored on.

    Raises:
        DataError: the file has errors, or is not the one that the card speaks of.
    """
    path = record / RUN_NAME
    found = validate_run(path, ground.data)
    if found.run is None or not found.ok:
        errors = [issue for issue in found.issues if issue.severity == "error"]
        raise StoreError(
            f"{path} has errors.", [Problem(f"{path}:{issue.line or ''}", issue.message) for issue in errors]
        )
    identity = run_sha256(found.run)
    if identity != card.run.sha256:
        raise StoreError(
            f"{path} is not the run that its card names: the card has sha256 {card.run.sha256}, the file "
            f"{identity} (harness validate prints it). Either was changed, or a write was interrupted."
        )
    return score_run(found.run, found.issues, card, ground, path.relative_to(folder).as_posix())


def score_run(run: Run, issues: Iterable[Issue], card: RunCard, ground: Ground, path: str) -> RunEntry:
    """Score a run that passed validation and is the one that its card names.

    Args:
        run: as it was read from the file.
        issues: what validation found.
        card: what the card says.
        ground: the data set that the run is scored on.
        path: the run file, relative to the record's folder.

    Raises:
        ScoreError: the values contradict each other.
    """
    data, judgments = ground.data, ground.judgments
    scored = data.as_scored(run)
    evaluation = evaluate(scored, judgments, data.spec.measures)
    return RunEntry(
        dataset=data.name,
        system=card.system,
        family=card.family,
        description=card.description,
        created=card.created,
        sha256=card.run.sha256,
        path=path,
        depth=card.depth or data.spec.depth,
        rows=len(run),
        tied_share=tied_pair_share(scored),
        evaluation=evaluation,
        tie_ranges=_tie_ranges(scored, judgments, evaluation.measures),
        issues=[
            *issues,
            *ground.concerns,
            *_changed_data(card, ground.prints, same=card.dataset == data.name),
        ],
        card=card.model_dump(mode="json", exclude_none=True),
    )


def place_entry(record: Path, placed: Placed, ground: Ground, moment: str) -> RunEntry:
    """Validate and score a run of the record, with what the ledger says beside it.

    A run that was replaced since its card was read lies among the versions now and is taken from there.

    Args:
        record: the record's folder.
        placed: the run.
        ground: the data set that it is scored on.
        moment: the moment that decides whether its makers may be named.

    Raises:
        DataError: the file has errors, or is not the one that the card speaks of.
    """
    card, standing, folder = placed.card, placed.standing, placed.folder
    kept = version_place(record, card.dataset, card.system, card.run.sha256)
    try:
        entry = score_record(record, folder, card, ground)
    except DataError:
        if folder == kept or not kept.is_dir():
            raise
        entry = score_record(record, kept, card, ground)
        entry = replace(entry, path=(folder / RUN_NAME).relative_to(record).as_posix())
    return replace(
        entry,
        issues=[*entry.issues, *_changed_card(card, standing)],
        card=shown_card(entry.card, standing, moment),
        published=standing.published,
        version=placed.version,
        marks=standing.marks,
        submitter=submitter(card, standing, moment),
        reproduced=standing.reproduced,
        shown=placed.shown,
    )


def _changed_card(card: RunCard, standing: Standing) -> Iterator[Issue]:
    """A warning if the card is no longer the one that was published: the ledger has no event of that."""
    if standing.card and standing.card != card_sha256(card):
        message = (
            f"The card is not the one that was published on {standing.published[:10]}; it was edited since."
        )
        yield Issue("warning", "card-changed", message)


def _tie_ranges(
    run: Run, judgments: Judgments, measures: Sequence[str]
) -> dict[str, tuple[float, float, float]]:
    """Means of the lowest, expected and highest values, for the measures that have a closed form."""
    having = [name for name in measures if parse_measure(name).name in EXPECTED]
    return {
        found.measure: (exact_mean(found.lowest), exact_mean(found.expected), exact_mean(found.highest))
        for found in tie_ranges(run, judgments, having)
        if found.expected is not None
    }


def _changed_data(card: RunCard, prints: Fingerprints, *, same: bool) -> Iterator[Issue]:
    """A warning for each part of the data that is no longer what the run was made on.

    Other judgments of the same documents (``runs_from``) have other queries and judgments by design.
    """
    known = card.fingerprints
    for part, now in asdict(prints).items():
        then = getattr(known, part, None) if known else None
        if then and then != now and (same or part == "documents"):
            message = f"The {part} are not those the run was made on: {then[:20]}… then, {now[:20]}… now."
            yield Issue("warning", "data-changed", message)
