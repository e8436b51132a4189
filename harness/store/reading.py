"""Questions to the store; answers are plain immutable rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Engine, func, select

from harness.errors import StoreError
from harness.records import Floats, Issue
from harness.store import schema
from harness.store.entries import Tombstone
from harness.store.stored import BoardTables as BoardTables
from harness.store.stored import StoredDataset as StoredDataset
from harness.store.stored import StoredRun as StoredRun
from harness.store.stored import select_datasets, select_runs, snapshot


def read_board_tables(engine: Engine, only: Collection[str] | None = None) -> BoardTables:
    """Every data set, and the runs and tombstones on all or on some data sets."""
    with snapshot(engine) as connection:
        about = {row.key: row.value for row in connection.execute(select(schema.about))}
        stones = connection.execute(select(schema.tombstones)).all()
        return BoardTables(
            digest=about["digest"],
            as_of=about["as_of"],
            datasets=select_datasets(connection),
            runs=select_runs(connection, only),
            tombstones=sorted(Tombstone(*row) for row in stones),
        )


def read_about(engine: Engine) -> dict[str, str]:
    """Schema, digest, moment and past moment of the store."""
    with engine.connect() as connection:
        return {row.key: row.value for row in connection.execute(select(schema.about))}


def read_head(engine: Engine) -> tuple[int, str]:
    """Number and hash of the last event of the ledger that the store has taken in; 0 and "" if none."""
    events = schema.events.c
    with engine.connect() as connection:
        row = connection.execute(
            select(events.number, events.hash).order_by(events.number.desc()).limit(1)
        ).first()
    return (row.number, row.hash) if row else (0, "")


def read_datasets(engine: Engine) -> list[StoredDataset]:
    """Every data set, by name."""
    with engine.connect() as connection:
        return select_datasets(connection)


def read_runs(engine: Engine) -> list[StoredRun]:
    """Every run that is shown, by data set and system."""
    with engine.connect() as connection:
        return select_runs(connection, None)


def read_runs_on(engine: Engine, dataset: str) -> tuple[str, list[StoredRun]]:
    """The headline of a data set and the runs that have it; nothing for one that the board does not hold."""
    sets = schema.datasets.c
    with snapshot(engine) as connection:
        headline = connection.scalar(select(sets.headline).where(sets.name == dataset)) or ""
        runs = select_runs(connection, [dataset])
    return headline, [run for run in runs if headline in run.means]


def read_past(engine: Engine) -> tuple[list[StoredRun], list[str]]:
    """The runs that are not shown now, and the ledger's lines in order: what boards of the past need."""
    with snapshot(engine) as connection:
        contents = connection.scalars(select(schema.versions.c.content)).all()
        lines = connection.scalars(select(schema.events.c.line).order_by(schema.events.c.number)).all()
    runs = [_stored(json.loads(content)) for content in contents]
    return sorted(runs, key=lambda run: (run.dataset, run.system, run.sha256)), list(lines)


def read_best(
    engine: Engine, dataset: str, measure: str, *, limit: int = 50, offset: int = 0
) -> list[StoredRun]:
    """Some runs on a data set, best first by one measure; ties by system name. Only they are read."""
    scores = schema.scores.c
    chosen = (
        select(scores.run_id)
        .where(scores.dataset == dataset, scores.measure == measure)
        .order_by(scores.mean.desc(), scores.system)
    )
    with snapshot(engine) as connection:
        ids = connection.scalars(chosen.limit(limit).offset(offset)).all()
        found = {run.id: run for run in select_runs(connection, None, ids)}
    return [found[run_id] for run_id in ids]


def read_means(engine: Engine, measure: str) -> list[tuple[str, str, float]]:
    """Data set, system and mean of every run that has the measure; no order."""
    scores = schema.scores.c
    query = select(scores.dataset, scores.system, scores.mean).where(scores.measure == measure)
    with engine.connect() as connection:
        found = connection.execute(query).all()
    return [(row[0], row[1], row[2]) for row in found]


def _stored(content: dict[str, Any]) -> StoredRun:
    if content.keys() | {"id"} != set(StoredRun._fields):
        raise StoreError(
            "A run of the past in the store was written by another version of the harness. "
            "Make the store again: harness rebuild --runs RUNS --store STORE"
        )
    ranges = {name: tuple(values) for name, values in content["tie_ranges"].items()}
    return StoredRun(**content | {"id": 0, "tie_ranges": ranges})


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


def read_systems_with(engine: Engine, code: str) -> list[tuple[str, str]]:
    """(data set, system) of the runs that validation or a rebuild found something of this code on."""
    runs, issues = schema.runs.c, schema.issues.c
    query = select(runs.dataset, runs.system).join_from(schema.runs, schema.issues).where(issues.code == code)
    with engine.connect() as connection:
        return sorted({(row.dataset, row.system) for row in connection.execute(query)})


def read_queries(engine: Engine, dataset: str) -> tuple[list[str], list[str]]:
    """Ids and texts of the judged queries of a data set, in the order of every vector."""
    table = schema.datasets
    with engine.connect() as connection:
        row = connection.execute(select(table).where(table.c.name == dataset)).one()
    return json.loads(row.query_ids), json.loads(row.query_texts)


def read_vectors(engine: Engine, run_ids: Sequence[int], measure: str) -> Floats:
    """Per-query values of one measure, float64[runs, queries], in the order of ``run_ids``."""
    scores, vectors = schema.scores.c, schema.vectors.c
    every = schema.scores.alias()
    counted = select(func.count()).select_from(every).where(every.c.run_id == vectors.run_id)
    query = (
        select(scores.run_id, scores.place, counted.scalar_subquery().label("measures"), vectors.per_query)
        .join_from(schema.scores, schema.vectors, scores.run_id == vectors.run_id)
        .where(scores.run_id.in_(run_ids), scores.measure == measure)
    )
    with engine.connect() as connection:
        found = {
            row.run_id: np.frombuffer(row.per_query, dtype="<f8").reshape(row.measures, -1)[row.place]
            for row in connection.execute(query)
        }
    return np.stack([found[run_id] for run_id in run_ids])


def read_vector_hashes(engine: Engine) -> dict[tuple[str, str], str]:
    """Hex sha256 of the per-query values that lie in the store, by data set and system of the runs shown."""
    runs, vectors = schema.runs.c, schema.vectors.c
    query = select(runs.dataset, runs.system, vectors.per_query).join_from(schema.runs, schema.vectors)
    with engine.connect() as connection:
        return {
            (row.dataset, row.system): hashlib.sha256(row.per_query).hexdigest()
            for row in connection.execute(query)
        }
