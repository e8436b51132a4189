"""One row of the board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One system on one data set.

    Attributes:
        dataset, system, family, description, created, depth: as in the run's card.
        measures: measure to mean over all judged queries (over parts, for a macro average).
        tie_ranges: measure to the lowest, expected and highest mean over all orders of tied documents.
        answered, judged_queries: coverage; a judged query without results scores the measure's floor.
        tied_share: share of pairs of ranked documents with equal scores.
        sha256: of the run's canonical text; empty for a macro average.
        path: the run file below the record's folder; empty for a macro average.
        engine: name and version of what computed the scores; ``flags`` are its settings.
        vectors_sha256: of the per-query values behind the means.
        issues: findings of validation, counted by severity.
        parts: the data sets of a macro average, each weighing the same.
        published: time of publication; empty where no event of the ledger speaks of the run.
        version: from 1, counting the runs of this system on this data set.
        marks: what admission noticed and shows beside the run.
        submitter: the makers' names, or "anonymous until" a date; may be empty.
        reproduced: time, machine class and verdict of the last reproduction; empty if there was none.
    """

    dataset: str
    system: str
    family: str
    description: str
    created: str
    depth: int
    measures: Mapping[str, float]
    tie_ranges: Mapping[str, tuple[float, float, float]]
    answered: int
    judged_queries: int
    tied_share: float
    sha256: str
    path: str
    engine: str
    flags: Mapping[str, str]
    vectors_sha256: str
    issues: Mapping[str, int]
    parts: tuple[str, ...] = ()
    published: str = ""
    version: int = 1
    marks: tuple[str, ...] = ()
    submitter: str = ""
    reproduced: Mapping[str, str] = field(default_factory=dict)
