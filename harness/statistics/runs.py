"""Compare run files: score each, test all pairs, keep the values of every query."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from harness.datasets.dataset import Dataset
from harness.errors import DataError, Problem, RunFileError, UnknownNameError
from harness.evaluation.evaluate import evaluate
from harness.evaluation.measure import parse_measure
from harness.records import Evaluation, Qrels
from harness.statistics.bench import Bench, bench_of
from harness.statistics.compare import compare_systems
from harness.statistics.comparison import Comparison
from harness.statistics.corrections import CORRECTIONS
from harness.statistics.intervals import check_alpha
from harness.statistics.matrix import frozen
from harness.statistics.pairtest import SEED, TESTS
from harness.statistics.runcomparison import RunComparison
from harness.statistics.runnames import NamedRun, RunSource, name_runs
from harness.statistics.tost import check_margin


def compare_runs(
    runs: Sequence[RunSource],
    *,
    dataset: str | Dataset | None = None,
    qrels: str | Path | Qrels | None = None,
    measure: str | None = None,
    baseline: str | None = None,
    test: str | None = None,
    correction: str | None = None,
    alpha: float = 0.05,
    seed: int = SEED,
    smallest_effect: float = 0.0,
    equivalence: float | None = None,
    score_precision: str = "double",
) -> RunComparison:
    """Score two or more runs by one measure and tell which of them differ.

    Args:
        runs: run files, folders of records, or pairs (name, one of these); see
            :func:`harness.statistics.runnames.name_runs` for the names.
        dataset: a data set or its name, whose protocol is applied and whose query texts are kept.
        qrels: in its place, judgments or their file.
        measure: by default the data set's headline measure, or nDCG@10.
        baseline: a system's name: the others are set against it. Corrections are for all pairs still.
        test, correction, alpha, seed, smallest_effect: as :func:`harness.statistics.compare.compare_systems`.
        equivalence: the smallest difference that counts, in the measure's units; None for no tests of it.
        score_precision: as :func:`harness.evaluation.evaluate.evaluate`.

    Raises:
        CommandError: not exactly one of ``dataset`` and ``qrels``, fewer than two runs, runs whose cards
            name another data set, or an unknown name.
        DataError: a data set, judgments or a run that cannot be used; the problems of all runs together.
    """
    named = name_runs(runs)
    names = [run.name for run in named]
    if baseline is not None and baseline not in names:
        raise UnknownNameError("compared system", baseline, names)
    _check_method(test, correction, alpha, equivalence)
    bench = bench_of(dataset, qrels)
    bench.refuse_other_data(named)
    chosen = parse_measure(measure or bench.headline)
    scored = _score(named, bench, str(chosen), score_precision)
    values = np.stack([each.values[0] for each in scored])
    comparison = compare_systems(
        names,
        values,
        test=test,
        correction=correction,
        alpha=alpha,
        seed=seed,
        smallest_effect=smallest_effect,
    )
    answered = np.array([int(each.answered.sum()) for each in scored], dtype=np.int64)
    return RunComparison(
        comparison=_exact_means(comparison, scored),
        measure=str(chosen),
        judged_by=bench.name,
        baseline=baseline,
        paths=tuple(run.path for run in named),
        queries=bench.judgments.queries,
        texts=bench.texts,
        values=frozen(values),
        answered=frozen(answered),
        engine=f"{scored[0].engine} {scored[0].engine_version}",
        flags=dict(scored[0].flags),
        notes=(*_coverage(names, answered.tolist(), values.shape[1]), *comparison.method.notes),
        margin=equivalence,
        cards=tuple(run.card for run in named),
    )


def _check_method(test: str | None, correction: str | None, alpha: float, margin: float | None) -> None:
    """Refuse before any run is read what could not be done after."""
    check_alpha(alpha)
    if margin is not None:
        check_margin(margin, alpha)
    _ = TESTS[test] if test else None, CORRECTIONS[correction] if correction else None


def _score(named: Sequence[NamedRun], bench: Bench, measure: str, precision: str) -> list[Evaluation]:
    """Score every run; what is wrong with any of them is reported together."""
    scored: list[Evaluation] = []
    errors: list[DataError] = []
    for run in named:
        try:
            found = evaluate(bench.rankings(run.path), bench.judgments, [measure], score_precision=precision)
            if not found.answered.any():
                raise RunFileError(_stranger(run, bench))
            scored.append(found)
        except DataError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        problems = [p for error in errors for p in (Problem("", error.headline), *error.problems)]
        raise RunFileError(f"{len(errors)} of {len(named)} runs cannot be compared.", problems)
    return scored


def _stranger(run: NamedRun, bench: Bench) -> str:
    return (
        f"{run.path} answers none of the {len(bench.judgments)} judged queries of {bench.name} "
        f"(one is {bench.judgments.queries[0]!r}); is it a run of another data set?"
    )


def _exact_means(comparison: Comparison, scored: Sequence[Evaluation]) -> Comparison:
    """The means to the last bit as ``harness evaluate`` prints them: sums there are exactly rounded."""
    means = [math.fsum(each.values[0].tolist()) / comparison.queries for each in scored]
    return replace(comparison, means=frozen(np.array(means, dtype=np.float64)))


def _coverage(names: Sequence[str], answered: Sequence[int], judged: int) -> list[str]:
    return [
        f"{name} answered {count} of {judged} judged queries; the others count with the measure's floor."
        for name, count in zip(names, answered, strict=True)
        if count < judged
    ]
