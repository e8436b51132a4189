"""One job carried out: the run made, scored from the disk, and set beside the one stored before."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from harness.datasets.dataset import Dataset
from harness.errors import DataError, MissingExtraError, StoreError, UnavailableError
from harness.evaluation.evaluate import evaluate
from harness.evaluation.measure import parse_measure
from harness.rankings import Run
from harness.reproduction.comparison import StoredComparison, compare_with_stored
from harness.reproduction.plan import Job, Promise
from harness.reproduction.reproduction import STORED_RUN, Row
from harness.reproduction.verdict import Verdict, judge
from harness.retrievers.execute import run
from harness.retrievers.stage_cache import StageCache
from harness.runfiles.card import CARD_NAME, RUN_NAME, read_card
from harness.runfiles.reader import read_run


class Trouble(NamedTuple):
    """Why there are no scores: ``verdict`` is failed or cannot run here."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The rows of one job, and the comparison with the stored run if there is one."""

    job: Job
    rows: tuple[Row, ...]
    comparison: StoredComparison | None = None


def trouble(error: Exception) -> Trouble:
    """Absent packages and data cannot run here; everything else, crashes included, failed."""
    if isinstance(error, UnavailableError | MissingExtraError):
        return Trouble(Verdict.CANNOT, str(error))
    if isinstance(error, DataError):
        return Trouble(Verdict.FAILED, str(error))
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return Trouble(Verdict.FAILED, f"{type(error).__name__}: {error}{place}")


def without_scores(job: Job, why: Trouble) -> Attempt:
    """Every promised score of the job has the same verdict and no found value."""
    rows = [_row(job, promise, verdict=why.verdict, reason=why.reason) for promise in job.promises]
    return Attempt(job=job, rows=tuple(rows))


def attempt(job: Job, data: Dataset, out: Path, stored: Path, cache: StageCache) -> Attempt:
    """Run, score and compare; whatever goes wrong is a row's reason and never a score.

    Args:
        job: the system and what it promises.
        data: its data set.
        out: the folder for the run and its card.
        stored: the folder of the stored record, which may be absent.
        cache: outputs of stages that may be taken; new ones are kept there.
    """
    try:
        done = run(job.spec, data, out, cache=cache)
        found = read_run(done.run_path)
        measures = [parse_measure(promise.measure) for promise in job.promises]
        wanted = list(dict.fromkeys(measures))  # two sources may give a figure each for one measure
        means = evaluate(data.as_scored(found), data.qrels, wanted).means()
    except Exception as error:  # a system that crashes must not take the others' verdicts with it
        return without_scores(job, trouble(error))
    rows = [
        _scored(job, promise, means[str(measure)])
        for promise, measure in zip(job.promises, measures, strict=True)
    ]
    if not stored.exists():
        return Attempt(job=job, rows=tuple(rows))
    try:
        comparison = compare_with_stored(job.spec.system, _read_stored(stored), found, data)
    except Exception as error:  # nor must a record that cannot be compared
        return Attempt(job=job, rows=(*rows, _bad_record(job, trouble(error).reason)))
    edited = _edited(stored, comparison.stored_sha256)
    bad = (_bad_record(job, edited),) if edited else ()
    return Attempt(job=job, rows=(*rows, *bad), comparison=comparison)


def _scored(job: Job, promise: Promise, found: float) -> Row:
    verdict = judge(promise.value, found, promise.tolerance, digits=promise.digits)
    return _row(job, promise, verdict=verdict, found=found, reason=promise.note)


def _row(job: Job, promise: Promise, *, verdict: Verdict, found: float | None = None, reason: str) -> Row:
    return Row(
        system=job.spec.system,
        family=job.spec.family,
        dataset=job.dataset,
        measure=promise.measure,
        verdict=verdict,
        expected=promise.value,
        found=found,
        tolerance=promise.tolerance,
        reason=reason,
    )


def _bad_record(job: Job, reason: str) -> Row:
    return Row(
        system=job.spec.system,
        family=job.spec.family,
        dataset=job.dataset,
        measure=STORED_RUN,
        verdict=Verdict.FAILED,
        reason=reason,
    )


def _read_stored(folder: Path) -> Run:
    missing = [name for name in (RUN_NAME, CARD_NAME) if not (folder / name).is_file()]
    if missing:
        raise StoreError(f"{folder} is no record: {' and '.join(missing)} missing.")
    return read_run(folder / RUN_NAME)


def _edited(folder: Path, sha256: str) -> str:
    """Why the stored run is not the one its card names, or ``""``."""
    try:
        named = read_card(folder / CARD_NAME).run.sha256
    except DataError as error:
        return str(error)
    if named == sha256:
        return ""
    return (
        f"{folder / RUN_NAME} is not the run that its card names: the card has sha256 {named[:12]}…, the "
        f"file {sha256[:12]}…. It was edited, or a write was interrupted."
    )
