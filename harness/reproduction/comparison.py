"""A new run beside the one stored before: the same, or how far apart and on which queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harness.datasets.dataset import Dataset
from harness.evaluation.evaluate import evaluate
from harness.rankings import Run
from harness.records import Evaluation, exact_mean
from harness.reproduction.agreement import kendall_tau, rank_biased_overlap
from harness.runfiles.writer import run_sha256

TOP, MOST_MOVED = 10, 5
_Rankings = dict[str, tuple[list[str], npt.NDArray[np.float64]]]
_ABSENT: tuple[list[str], npt.NDArray[np.float64]] = ([], np.empty(0))


class Moved(NamedTuple):
    """A query whose score or ranking moved: the headline measure in both runs, and their overlap."""

    query: str
    stored: float
    found: float
    overlap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredComparison:
    """A new run of a system on a data set, and the stored one.

    Attributes:
        system, dataset: whose runs they are.
        stored_sha256, found_sha256: identities of the runs; equal means equal to the last bit.
        measure: the data set's headline measure, used for the means, ``rmse`` and ``moved``.
        stored_mean, found_mean: its means over all judged queries.
        queries: number of queries that either run ranks documents for.
        tau: mean Kendall's tau on the common documents, over the queries that have two of them or more.
        overlap: mean rank-biased overlap (p = 0.9) over all queries; a query of one run alone counts 0.
        rmse: root of the mean squared difference of the measure, over the judged queries.
        changed: queries with any other document, order or score.
        top_changed: queries whose first ten documents or their order changed.
        moved: up to five queries, by size of the measure's difference, then smallest overlap, then id.
        effect_ratio, relative_improvement_change: against the baseline system, where both its runs are known.
    """

    system: str
    dataset: str
    stored_sha256: str
    found_sha256: str
    measure: str
    stored_mean: float
    found_mean: float
    queries: int
    tau: float | None = 1.0
    overlap: float = 1.0
    rmse: float = 0.0
    changed: tuple[str, ...] = ()
    top_changed: tuple[str, ...] = ()
    moved: tuple[Moved, ...] = ()
    effect_ratio: float | None = None
    relative_improvement_change: float | None = None

    @property
    def identical(self) -> bool:
        """Whether the two runs are the same to the last bit, tags included."""
        return self.stored_sha256 == self.found_sha256


def compare_with_stored(system: str, stored: Run, found: Run, data: Dataset) -> StoredComparison:
    """Compare two runs of one system on one data set.

    Raises:
        DataError: a run cannot be scored.
    """
    measure = data.spec.headline
    before = evaluate(data.as_scored(stored), data.qrels, [measure])
    after = evaluate(data.as_scored(found), data.qrels, [measure])
    old, new = _rankings(stored), _rankings(found)
    queries = sorted({*old, *new}, key=str.encode)
    pairs = {query: (old.get(query, _ABSENT), new.get(query, _ABSENT)) for query in queries}
    changed = [query for query, (a, b) in pairs.items() if a[0] != b[0] or not np.array_equal(a[1], b[1])]
    taus = [tau for a, b in pairs.values() if (tau := kendall_tau(a[0], b[0])) is not None]
    overlaps = {query: rank_biased_overlap(a[0], b[0]) for query, (a, b) in pairs.items()}
    return StoredComparison(
        system=system,
        dataset=data.name,
        stored_sha256=run_sha256(stored),
        found_sha256=run_sha256(found),
        measure=before.measures[0],
        stored_mean=exact_mean(before.values[0]),
        found_mean=exact_mean(after.values[0]),
        queries=len(queries),
        tau=exact_mean(np.array(taus)) if taus else None,
        overlap=exact_mean(np.array(list(overlaps.values()))),
        rmse=exact_mean((after.values[0] - before.values[0]) ** 2) ** 0.5,
        changed=tuple(changed),
        top_changed=tuple(query for query in changed if _top(pairs[query][0]) != _top(pairs[query][1])),
        moved=tuple(sorted(_moved(before, after, overlaps), key=_by_movement)[:MOST_MOVED]),
    )


def _rankings(run: Run) -> _Rankings:
    return {query: (documents, scores) for query, documents, scores in run.rankings()}


def _top(ranking: tuple[list[str], npt.NDArray[np.float64]]) -> list[str]:
    return ranking[0][:TOP]


def _moved(before: Evaluation, after: Evaluation, overlaps: dict[str, float]) -> Iterator[Moved]:
    """Queries whose measure or ranking is not what it was; one that neither run has did not move."""
    for query, old, new in zip(before.queries, before.values[0], after.values[0], strict=True):
        overlap = overlaps.get(query, 1.0)
        if old != new or overlap < 1 - 1e-12:
            yield Moved(query, float(old), float(new), overlap)


def _by_movement(moved: Moved) -> tuple[float, float, bytes]:
    return -abs(moved.found - moved.stored), moved.overlap, moved.query.encode()
