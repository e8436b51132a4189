"""Questions to the store; answers are plain immutable rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, Engine, func, select

from harness.records import Floats, Issue
from harness.store import schema


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
    ``vectors_sha256`` is over the per-query values of all measures.
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
    means: Mapping[str, float]
    tie_ranges: Mapping[str, tuple[float, float, float]]
    vectors_sha256: str
    issues: Mapping[str, int]


def read_board_tables(engine: Engine) -> tuple[list[StoredDataset], list[StoredRun]]:
    """Every data set and every run, from one snapshot: a rebuild in between cannot mix two boards."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":  # SQLite's transactions see one snapshot as they are
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        return _datasets(connection), _runs(connection)


def read_datasets(engine: Engine) -> list[StoredDataset]:
    """Every data set, by name."""
    with engine.connect() as connection:
        return _datasets(connection)


def _datasets(connection: Connection) -> list[StoredDataset]:
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


def read_runs(engine: Engine) -> list[StoredRun]:
    """Every run, by data set and system."""
    with engine.connect() as connection:
        return _runs(connection)


def _runs(connection: Connection) -> list[StoredRun]:
    runs, scores, issues = schema.runs, schema.scores, schema.issues
    found = connection.execute(select(*[column for column in runs.c if column.name != "card"])).all()
    values = connection.execute(select(scores)).all()
    counted = select(issues.c.run_id, issues.c.severity, func.count().label("n"))
    counts = connection.execute(counted.group_by(issues.c.run_id, issues.c.severity)).all()
    means: dict[int, dict[str, float]] = {}
    ranges: dict[int, dict[str, tuple[float, float, float]]] = {}
    hashes: dict[int, Any] = {}
    for row in sorted(values, key=lambda row: (row.run_id, row.measure)):  # databases sort by their own rules
        means.setdefault(row.run_id, {})[row.measure] = row.mean
        if row.lowest is not None:
            ranges.setdefault(row.run_id, {})[row.measure] = (row.lowest, row.expected, row.highest)
        hashes.setdefault(row.run_id, hashlib.sha256()).update(row.measure.encode() + b"\0" + row.per_query)
    severities: dict[int, dict[str, int]] = {}
    for row in counts:
        severities.setdefault(row.run_id, {})[row.severity] = row.n
    return [
        StoredRun(
            **dict(row._mapping) | {"flags": json.loads(row.flags)},
            means=means[row.id],
            tie_ranges=ranges.get(row.id, {}),
            vectors_sha256=hashes[row.id].hexdigest(),
            issues=severities.get(row.id, {}),
        )
        for row in sorted(found, key=lambda row: (str(row.dataset), str(row.system)))
    ]


def read_card(engine: Engine, run_id: int) -> dict[str, Any]:
    """The card of a run in plain values."""
    with engine.connect() as connection:
        text = connection.execute(select(schema.runs.c.card).where(schema.runs.c.id == run_id)).scalar_one()
    card: dict[str, Any] = json.loads(text)
    return card


def read_issues(engine: Engine, run_id: int) -> list[Issue]:
    """Findings of validation of a run, in the order they were reported."""
    table = schema.issues
    query = select(table).where(table.c.run_id == run_id).order_by(table.c.position)
    with engine.connect() as connection:
        found = connection.execute(query).all()
    return [Issue(row.severity, row.code, row.message, row.line, row.query_id) for row in found]


def read_queries(engine: Engine, dataset: str) -> tuple[list[str], list[str]]:
    """Ids and texts of the judged queries of a data set, in the order of every vector."""
    table = schema.datasets
    with engine.connect() as connection:
        row = connection.execute(select(table).where(table.c.name == dataset)).one()
    return json.loads(row.query_ids), json.loads(row.query_texts)


def read_vectors(engine: Engine, run_ids: Sequence[int], measure: str) -> Floats:
    """Per-query values of one measure, float64[runs, queries], in the order of ``run_ids``."""
    table = schema.scores
    query = select(table.c.run_id, table.c.per_query).where(
        table.c.run_id.in_(run_ids), table.c.measure == measure
    )
    with engine.connect() as connection:
        found = {row.run_id: row.per_query for row in connection.execute(query)}
    return np.stack([np.frombuffer(found[run_id], dtype="<f8") for run_id in run_ids])
