"""Fitting a system on a development split: the values of a matrix, or the parameters of its fusion."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.datasets.dataset import Dataset
from harness.errors import CommandError
from harness.evaluation.evaluate import evaluate
from harness.fitting.development import development
from harness.fitting.fusion import fitted_fusion
from harness.fitting.fusions import fitting_of
from harness.fitting.search import parts_of
from harness.rankings import Run
from harness.retrievers.execute import run
from harness.retrievers.spec import SystemSpec, read_systems
from harness.retrievers.stage_cache import StageCache
from harness.runfiles.reader import read_run

STEP = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What was tried on a development split.

    Attributes:
        dataset, split: what was searched.
        measure: what was compared.
        queries: judged queries of the split.
        means: what was tried → mean, in order: a system of the matrix, or the parameters of the fusion.
        best: the system of the greatest mean; of equals, the first tried.
        file: the file that was fitted.
        fusion: whose parameters were fitted; empty for a matrix.
    """

    dataset: str
    split: str
    measure: str
    queries: int
    means: dict[str, float]
    best: SystemSpec
    file: Path
    fusion: str = ""

    @property
    def mean(self) -> float:
        """That of the best."""
        return max(self.means.values())


def fit(
    baseline: str | Path,
    dataset: str,
    *,
    split: str,
    measure: str | None = None,
    fusion: str | None = None,
    step: float = STEP,
    progress: Callable[[str], None] = lambda _line: None,
) -> Fitted:
    """Try parameters on a development split, and name the best.

    A file with a ``matrix`` has its systems tried. In any other the fusion at the end of the pipeline is
    fitted: its weights, alpha or k, or tables learned from the judgments.

    Args:
        baseline: the file.
        dataset: a name of the catalogue, or a folder in BEIR layout.
        split: of its judgments, for example ``dev``; never the one that the board scores.
        measure: compared; None for the data set's headline measure.
        fusion: put in place of the file's own; a name of :data:`harness.fitting.fusions.FITTINGS`.
        step: between weights that are tried.
        progress: told of everything that is tried.

    Raises:
        CommandError: the split is the one that is scored, or shares judged queries with it; or there is
            nothing to fit.
        SpecError, UnknownNameError, UnavailableError, DatasetError: as :func:`harness.run`.
    """
    path = Path(baseline)
    systems = read_systems(path)
    parts_of(step)
    if len(systems) > 1 and fusion is not None:
        raise CommandError(f"{path} has a matrix, whose systems are tried; a fusion is fitted without one.")
    if fusion is not None:
        fitting_of(fusion)
    data = development(dataset, split)
    chosen = measure or data.spec.headline
    kept = StageCache()

    def ranked(spec: SystemSpec) -> Run:
        progress(spec.system)
        with tempfile.TemporaryDirectory() as folder:
            return read_run(run(spec, data, folder, cache=kept).run_path)

    if len(systems) > 1:
        means = {spec.system: mean_of(ranked(spec), data, chosen) for spec in systems}
        best = max(systems, key=lambda spec: means[spec.system])
        name = ""
    else:
        name, best, means = fitted_fusion(
            systems[0], fusion, data, ranked, lambda made: mean_of(data.as_scored(made), data, chosen), step
        )
    return Fitted(
        dataset=data.name, split=split, measure=chosen, queries=len(data.queries), means=means, best=best,
        file=path, fusion=name,
    )  # fmt: skip


def mean_of(made: Run, data: Dataset, measure: str) -> float:
    """The mean of a run over the judged queries of a data set."""
    return float(evaluate(made, data.qrels, [measure]).means()[measure])
