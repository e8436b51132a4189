"""Run declared systems again and say whether they give the scores that were promised."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from harness.datasets.catalogue import load_catalogue
from harness.datasets.dataset import Dataset, load_dataset
from harness.errors import CommandError
from harness.reproduction.attempt import Attempt, Trouble, attempt, trouble, without_scores
from harness.reproduction.availability import data_obstacle, network
from harness.reproduction.comparison import StoredComparison
from harness.reproduction.effects import effect_ratio, relative_improvement_change
from harness.reproduction.plan import Job, plan
from harness.reproduction.reproduction import Reproduction
from harness.reproduction.verdict import Verdict
from harness.retrievers.stage_cache import StageCache

BASELINE = "bm25"
"""The system whose runs the effect ratio and the change of relative improvement are measured against."""

READ_FIRST: Final = "late-interaction"
"""Token vectors leave whole vectors for systems of other families, so that a collection is read once."""

Progress = Callable[[str], None]


def reproduce(
    baselines: Iterable[str | Path],
    *,
    datasets: Sequence[str] | None = None,
    families: Sequence[str] | None = None,
    out: str | Path | None = None,
    store_runs: str | Path = "runs",
    against: str = "expected",
    offline: bool = False,
    resume: bool = False,
    progress: Progress | None = None,
) -> Reproduction:
    """Run every chosen system on its data sets, score what was written, and compare with what was promised.

    A crash, a missing file or a file that cannot be read is a row that failed; data or packages that are not
    here are rows that cannot run here. Neither has a found value. Nothing is raised for them, so that one
    system does not hide the verdicts on the others.

    Args:
        baselines: YAML files of systems.
        datasets: only these data sets.
        families: only systems of these families.
        out: where ``<dataset>/<system>/{run.trec.gz,card.yaml}`` are kept; by default they are not.
        store_runs: the record whose runs, where there are any, the new ones are compared with.
        against: ``expected``, the file's own scores, or ``published``, those of others.
        offline: read data from the demo collection and folders only, and keep checkpoints off the network.
        resume: take the outputs that earlier calls have kept, by the hash of everything they depend on, and
            go on from there. Otherwise every stage is done anew, each once in a call.
        progress: called with a line for each run.

    Raises:
        UnknownNameError: ``against`` is neither, or no file declares a data set or family asked for.
        CommandError: nothing that was chosen has a score, or ``out`` is a file or the stored record itself.
    """
    planned = plan(baselines, datasets=datasets, families=families, against=against)
    store = Path(store_runs)
    if out is not None and Path(out).resolve() == store.resolve():
        raise CommandError(
            f"{out} is the record that the new runs are compared with; choose another folder for --out."
        )
    if out is not None and Path(out).exists() and not Path(out).is_dir():
        raise CommandError(f"{out} is a file, and --out names the folder that runs and cards are kept in.")
    cache = StageCache(since=0.0 if resume else time.time())
    with _folder(out) as folder, network(offline=offline):
        done = {
            (each.job.spec.system, each.job.dataset): each
            for each in _attempts(planned.jobs, folder, store, offline, cache, progress or _silent)
        }
    in_order = [done[job.spec.system, job.dataset] for job in planned.jobs]
    return Reproduction(
        against=against,
        rows=(*planned.broken, *(row for each in in_order for row in each.rows)),
        runs=tuple(_with_effects([each.comparison for each in in_order if each.comparison])),
        unpromised=planned.unpromised,
    )


def _silent(_line: str) -> None:
    """Report nothing."""


@contextmanager
def _folder(out: str | Path | None) -> Iterator[Path]:
    if out is not None:
        yield Path(out)
        return
    with tempfile.TemporaryDirectory(prefix="harness-reproduce-") as name:
        yield Path(name)


def _attempts(
    jobs: Sequence[Job], out: Path, store: Path, offline: bool, cache: StageCache, say: Progress
) -> Iterator[Attempt]:
    """Data set by data set, so that each is loaded once and one at a time is in memory."""
    for name in dict.fromkeys(job.dataset for job in jobs):
        data: Dataset | Trouble | None = None
        here = [job for job in jobs if job.dataset == name]
        for job in sorted(here, key=lambda job: job.spec.family != READ_FIRST):
            if job.declared.missing:
                yield without_scores(job, Trouble(Verdict.CANNOT, job.declared.missing))
                continue
            data = _load(name, offline) if data is None else data
            if isinstance(data, Trouble):
                yield without_scores(job, data)
                continue
            say(f"{name}: {job.spec.system}")
            place = Path(name) / job.spec.system
            yield attempt(job, data, out / place, store / place, cache)


def _load(name: str, offline: bool) -> Dataset | Trouble:
    try:
        specs = load_catalogue()
        missing = data_obstacle(name, specs, offline=offline)
        return Trouble(Verdict.CANNOT, missing) if missing else load_dataset(name, specs)
    except Exception as error:  # malformed data fails its own rows and leaves the other data sets alone
        return trouble(error)


def _with_effects(runs: Sequence[StoredComparison]) -> Iterator[StoredComparison]:
    """Add the effect over the baseline where both its runs on the same data are among the comparisons."""
    bases: Mapping[str, StoredComparison] = {run.dataset: run for run in runs if run.system == BASELINE}
    for run in runs:
        base = bases.get(run.dataset)
        if base is None or base is run:
            yield run
            continue
        means = (run.stored_mean, base.stored_mean, run.found_mean, base.found_mean)
        yield replace(
            run,
            effect_ratio=effect_ratio(*means),
            relative_improvement_change=relative_improvement_change(*means),
        )
