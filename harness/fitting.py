"""Choosing parameters on a development split, and on no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.datasets.catalogue import load_catalogue
from harness.datasets.dataset import Dataset, folder_spec, load_dataset
from harness.datasets.fingerprint import fingerprint
from harness.errors import CommandError, HarnessError
from harness.evaluation.evaluate import evaluate
from harness.retrievers.pipeline import run_pipeline
from harness.retrievers.spec import SystemSpec, read_systems
from harness.retrievers.stage_cache import StageCache
from harness.retrievers.work import Corpus

TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What was tried on a development split.

    Attributes:
        dataset, split: what was searched.
        measure: what was compared.
        queries: judged queries of the split.
        means: system → mean, in the order of the file.
        best: the system of the greatest mean; of equals, the first.
    """

    dataset: str
    split: str
    measure: str
    queries: int
    means: dict[str, float]
    best: SystemSpec


def fit(
    baseline: str | Path,
    dataset: str,
    *,
    split: str,
    measure: str | None = None,
    progress: Callable[[str], None] = lambda _line: None,
) -> Fitted:
    """Run every system of a file with a ``matrix`` on a development split, and name the best.

    Args:
        baseline: the file; the matrix says which values are tried.
        dataset: a name of the catalogue, or a folder in BEIR layout.
        split: of its judgments, for example ``dev``; never the one that the board scores.
        measure: compared; None for the data set's headline measure.
        progress: told of every system.

    Raises:
        CommandError: the split is the one that is scored, or shares judged queries with it; or there is
            nothing to choose from.
        SpecError, UnknownNameError, UnavailableError, DatasetError: as :func:`harness.run`.
    """
    systems = read_systems(Path(baseline))
    if len(systems) < 2:
        raise CommandError(f"{baseline} declares one system; a matrix says what there is to choose from.")
    data = development(dataset, split)
    chosen = measure or data.spec.headline
    corpus = Corpus(documents=data.documents, key=fingerprint(data).documents)
    means: dict[str, float] = {}
    for spec in systems:
        progress(spec.system)
        run = run_pipeline(
            spec, corpus, data.queries, depth=min(spec.depth, data.spec.depth), cache=StageCache()
        ).run
        means[spec.system] = evaluate(data.as_scored(run), data.qrels, [chosen]).means()[chosen]
    best = max(systems, key=lambda spec: means[spec.system])
    return Fitted(
        dataset=data.name, split=split, measure=chosen, queries=len(data.queries), means=means, best=best
    )


def development(dataset: str, split: str) -> Dataset:
    """A split of a data set that may be fitted on.

    Raises:
        CommandError: it is the one that is scored, or shares judged queries with one that is.
        UnknownNameError, UnavailableError, DatasetError: as :func:`harness.load_dataset`.
    """
    catalogue = load_catalogue()
    known = dataset in catalogue
    spec = catalogue[dataset] if known else folder_spec(Path(dataset))
    scored = {TEST, spec.split}
    if split in scored:
        raise CommandError(
            f"Parameters are not fitted on the judgments that systems are scored by: {dataset} is scored by "
            f"its split {spec.split!r}; found {split!r}. Name a development split, for example dev."
        )
    name = dataset if known else Path(dataset).resolve().name
    data = load_dataset(name, {name: spec.model_copy(update={"split": split, "counts": None})})
    judged = set(data.qrels.queries.tolist())
    for other in sorted(scored):
        shared = judged & _judged(data, other)
        if shared:
            raise CommandError(
                f"The split {split!r} of {dataset} judges {len(shared)} queries that {other!r} judges, too, "
                f"for example {min(shared)}; fitting on it would be fitting on what is scored."
            )
    return data


def _judged(data: Dataset, split: str) -> set[str]:
    """The judged queries of a split; none where the source has no such split."""
    try:
        found: Sequence[str] = data.source.qrels(split).queries.tolist()
    except HarnessError:
        return set()
    return set(found)
