"""Rows of the store as immutable values, and how they are selected inside one snapshot."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, func, select

from harness.store import schema
from harness.store.entries import Tombstone

V = TypeVar("V")


class StoredDataset(NamedTuple):
    """A data set as the store holds it."""

    name: str
    title: str
    headline: str
    judgments: str
    spec: Mapping[str, Any]
    judged_queries: int


class StoredRun(NamedTuple):
    """A run with its means.

    ``tie_ranges`` has lowest, expected and highest mean over all orders of tied documents;
    ``vectors_sha256`` is over the per-query values of all measures; ``id`` is 0 for a run that is not shown.
    """

    id: int
    dataset: str
    system: str
    family: str
    description: str
    created: str
    sha256: str
    path: str
    depth: int
    rows: int
    answered: int
    judged_queries: int
    tied_share: float
    engine: str
    engine_version: str
    flags: Mapping[str, str]
    published: str
    version: int
    marks: Sequence[str]
    submitter: str
    reproduced: Mapping[str, str]
    vectors_sha256: str
    means: Mapping[str, float]
    tie_ranges: Mapping[str, tuple[float, float, float]]
    issues: Mapping[str, int]


class BoardTables(NamedTuple):
    """Everything behind a board, from one snapshot."""

    digest: str
    as_of: str
    datasets: list[StoredDataset]
    runs: list[StoredRun]
    tombstones: list[Tombstone]


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the store: a rebuild in between cannot mix two boards."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":  # SQLite's transactions see one snapshot as they are
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def select_datasets(connection: Connection) -> list[StoredDataset]:
    """Every data set, by name."""
    found = connection.execute(select(schema.datasets)).all()
    return [
        StoredDataset(
            row.name,
            row.title,
            row.headline,
            row.judgments,
            json.loads(row.spec),
            len(json.loads(row.query_ids)),
        )
        for row in sorted(found, key=lambda row: str(row.name))
    ]


def select_runs(
    connection: Connection, only: Collection[str] | None, ids: Sequence[int] | None = None
) -> list[StoredRun]:
    """Shown runs by data set and system: all, those on some data sets (``only``), or those with some ids."""
    runs, scores, issues = schema.runs, schema.scores, schema.issues
    wanted = select(runs.c.id, *[runs.c[name] for name in _PLAIN])
    values = select(scores.c.run_id, scores.c.measure, scores.c.mean, *_RANGE)
    counted = select(issues.c.run_id, issues.c.severity, func.count().label("n"))
    if ids is not None:
        wanted, values = wanted.where(runs.c.id.in_(ids)), values.where(scores.c.run_id.in_(ids))
        counted = counted.where(issues.c.run_id.in_(ids))
    elif only is not None:
        on = select(runs.c.id).where(runs.c.dataset.in_(only))
        wanted, values = wanted.where(runs.c.dataset.in_(only)), values.where(scores.c.dataset.in_(only))
        counted = counted.where(issues.c.run_id.in_(on))
    means: dict[int, dict[str, float]] = {}
    ranges: dict[int, dict[str, tuple[float, float, float]]] = {}
    for run_id, measure, mean, lowest, expected, highest in connection.execute(values):
        means.setdefault(run_id, {})[measure] = mean
        if lowest is not None:
            ranges.setdefault(run_id, {})[measure] = (lowest, expected, highest)
    severities: dict[int, dict[str, int]] = {}
    for run_id, severity, n in connection.execute(counted.group_by(issues.c.run_id, issues.c.severity)):
        severities.setdefault(run_id, {})[severity] = n
    found = []
    for row in connection.execute(wanted):
        run_id, *plain = row
        told = dict(zip(_PLAIN, plain, strict=True))
        for name in _JSON:
            told[name] = json.loads(told[name])
        found.append(
            StoredRun(
                id=run_id,
                **told,
                means=_sorted(means[run_id]),
                tie_ranges=_sorted(ranges.get(run_id, {})),
                issues=_sorted(severities.get(run_id, {})),
            )
        )
    return sorted(found, key=lambda run: (run.dataset, run.system))


_JSON = ("flags", "marks", "reproduced")
_PLAIN = tuple(name for name in StoredRun._fields if name not in {"id", "means", "tie_ranges", "issues"})
_RANGE = (schema.scores.c.lowest, schema.scores.c.expected, schema.scores.c.highest)


def _sorted(values: dict[str, V]) -> dict[str, V]:
    """By key, since databases sort by their own rules."""
    return {key: values[key] for key in sorted(values)}
