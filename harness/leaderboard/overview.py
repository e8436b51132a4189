"""Systems over a list of data sets: means, intervals, rank groups, and who lacks what.

A mean is over every data set of the list, each weighing the same. A system that lacks one has no mean and no
group; it is listed after the others with what it has.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from harness.leaderboard.row import Row
from harness.leaderboard.standing import Standing, half_widths, standing
from harness.records import Floats
from harness.statistics.intervals import mean_intervals

Vectors = Callable[[str, Sequence[str]], Floats]
"""Per-query values of one measure, float64[systems, queries], by data set and systems; NaN where a run's are
not kept any more: it has no interval then, and on this data set alone nobody has a group."""

Variances = Callable[[str, Sequence[str]], Floats]
"""Variances of the means of one measure over queries, float64[systems], by data set and systems, or NaN."""


class Line(NamedTuple):
    """One system of an overview.

    ``value`` is the score, or the mean over all data sets; None where one is missing. ``low`` and ``high``
    say how far it would move with other queries on the same data sets, at 95 %.
    """

    system: str
    family: str
    rows: Mapping[str, Row]
    value: float | None
    low: float | None
    high: float | None
    group: int | None
    ranks: tuple[int, int] | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overview:
    """All systems with a run on one of the data sets.

    Attributes:
        datasets: what the mean is over, in order.
        measure: of every value.
        lines: systems with a mean, best first, then the others, those with most data sets first.
        rule: how groups were decided, a sentence; empty where there are none.
        note: why no pair could be told apart, where that is so for want of data.
    """

    datasets: tuple[str, ...]
    measure: str
    lines: tuple[Line, ...]
    rule: str
    note: str


def overview(
    rows: Sequence[Row],
    datasets: Sequence[str],
    measure: str,
    vectors: Vectors,
    variances: Variances | None = None,
    hidden: Collection[str] = (),
) -> Overview:
    """Put the systems of a list of data sets in order.

    On one data set the pairs of systems are tested over its queries. Over several, and on a macro average,
    each data set gives one value, and the pairs are tested over data sets (Demšar 2006, JMLR 7: the question
    is then whether the order would hold on other data sets).

    Args:
        rows: of the board, macro averages and their parts included; rows without the measure count as absent.
        datasets: at least one; those without a row are missing for everybody.
        measure: a measure's name.
        vectors: asked for a single data set that has queries and is not hidden.
        variances: asked for each of several data sets; by default taken from ``vectors``.
        hidden: data sets of which nothing may be derived from single queries: there are no intervals of a
            mean over one of them, and no groups on one alone.
    """
    cells = {(row.dataset, row.system): row for row in rows if measure in row.measures}
    having: dict[str, dict[str, Row]] = {}
    for name, system in cells:
        if name in datasets:
            having.setdefault(system, {})[name] = cells[name, system]
    complete = sorted(
        (system for system, found in having.items() if len(found) == len(datasets)),
        key=lambda system: (-_mean(having[system], measure), system),
    )
    single = _single(cells, datasets, complete)
    closed = bool(set(datasets) & set(hidden))
    spans: Sequence[tuple[float, float] | None] = [None] * len(complete)
    if complete and not closed:
        spans = _spans(cells, datasets, complete, measure, vectors, variances or variances_of(vectors))
    found = None
    if not (single and closed):
        values = _values(cells, datasets, complete, measure, vectors)
        found = standing(values, UNITS[single]) if np.isfinite(values).all() else None
    ranked = [
        _line(system, having[system], datasets, measure, span, found, place)
        for place, (system, span) in enumerate(zip(complete, spans, strict=True))
    ]
    others = sorted(having.keys() - set(complete), key=lambda system: (-len(having[system]), system))
    return Overview(
        datasets=tuple(datasets),
        measure=measure,
        lines=(*ranked, *(_line(system, having[system], datasets, measure) for system in others)),
        rule=found.rule if found else "",
        note=found.note if found else "",
    )


UNITS = {True: "queries", False: "data sets"}


def _mean(found: Mapping[str, Row], measure: str) -> float:
    return math.fsum(row.measures[measure] for row in found.values()) / len(found)


def _line(
    system: str,
    found: Mapping[str, Row],
    datasets: Sequence[str],
    measure: str,
    span: tuple[float, float] | None = None,
    groups: Standing | None = None,
    place: int = 0,
) -> Line:
    complete = len(found) == len(datasets)
    ranks = tuple(groups.ranks[place].tolist()) if complete and groups else None
    return Line(
        system=system,
        family=next(iter(found.values())).family,
        rows={name: found[name] for name in datasets if name in found},
        value=_mean(found, measure) if complete else None,
        low=span[0] if span else None,
        high=span[1] if span else None,
        group=int(groups.groups[place]) if complete and groups else None,
        ranks=(ranks[0], ranks[1]) if ranks else None,
        missing=tuple(name for name in datasets if name not in found),
    )


Cells = Mapping[tuple[str, str], Row]


def _single(cells: Cells, datasets: Sequence[str], systems: Sequence[str]) -> bool:
    """Whether the values are those of queries: one data set that is no mean itself."""
    return len(datasets) == 1 and bool(systems) and not cells[datasets[0], systems[0]].parts


def _values(
    cells: Cells, datasets: Sequence[str], systems: Sequence[str], measure: str, vectors: Vectors
) -> Floats:
    """What the systems are compared by, float64[s, n]: queries of one data set, or means of several."""
    if not systems:
        return np.empty((0, 0))
    if _single(cells, datasets, systems):
        return vectors(datasets[0], systems)
    names: Sequence[str] = datasets
    if len(datasets) == 1:
        names = cells[datasets[0], systems[0]].parts
    return np.array([[cells[name, system].measures[measure] for name in names] for system in systems])


def _spans(
    cells: Cells,
    datasets: Sequence[str],
    systems: Sequence[str],
    measure: str,
    vectors: Vectors,
    variances: Variances,
) -> list[tuple[float, float] | None]:
    """Intervals of the means: Student's on one data set; over several normal, with the queries' variances.

    None for a single query, and for a system of which values are not known.
    """
    if _single(cells, datasets, systems):
        found = vectors(datasets[0], systems)
        known = np.asarray(np.isfinite(found).all(axis=1))
        if found.shape[1] < 2 or not known.any():
            return [None] * len(systems)
        spans = iter(mean_intervals(found[known]).tolist())
        return [tuple(next(spans)) if there else None for there in known]
    spread = _variance(cells, datasets, systems, variances)
    means = [
        math.fsum(cells[name, system].measures[measure] for name in datasets) / len(datasets)
        for system in systems
    ]
    halves = half_widths(spread.tolist())
    return [
        (mean - half, mean + half) if math.isfinite(half) else None
        for mean, half in zip(means, halves, strict=True)
    ]


def _variance(cells: Cells, datasets: Sequence[str], systems: Sequence[str], variances: Variances) -> Floats:
    """Variance of each system's mean over the data sets, float64[s]: the sum of theirs over k²."""
    total = np.zeros(len(systems))
    for name in datasets:
        parts = cells[name, systems[0]].parts
        total += _variance(cells, parts, systems, variances) if parts else variances(name, systems)
    return total / len(datasets) ** 2


def variances_of(vectors: Vectors) -> Variances:
    """Variances of the means from the values themselves; 0 where a data set has one query."""

    def found(dataset: str, systems: Sequence[str]) -> Floats:
        values = vectors(dataset, systems)
        queries = values.shape[1]
        spread: Floats = values.var(axis=1, ddof=1) / queries if queries > 1 else np.zeros(len(systems))
        return spread

    return found
