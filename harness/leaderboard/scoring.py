"""One record of the board: its run validated, compared with its card, and scored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from harness.datasets.dataset import Dataset
from harness.datasets.fingerprint import Fingerprints
from harness.errors import Problem, StoreError
from harness.evaluation.evaluate import evaluate
from harness.evaluation.judgments import Judgments
from harness.evaluation.measure import parse_measure
from harness.evaluation.ties import EXPECTED, tie_ranges, tied_pair_share
from harness.rankings import Run
from harness.records import Issue, exact_mean
from harness.runfiles.against import validate_run
from harness.runfiles.card import RUN_NAME, RunCard
from harness.runfiles.writer import run_sha256
from harness.store.writing import RunEntry


def score_record(
    folder: Path, record: Path, card: RunCard, data: Dataset, judgments: Judgments, prints: Fingerprints
) -> RunEntry:
    """Validate and score what lies on the disk.

    Args:
        folder: the record's folder, to which the row's path is relative.
        record: the folder of this run and its card.
        card: what the card says.
        data: the data set that the run is scored on.
        judgments: its judgments, prepared once for all runs.
        prints: its fingerprints.

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
    scored = data.as_scored(found.run)
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
        issues=[*found.issues, *_changed_data(card, prints, same=card.dataset == data.name)],
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
