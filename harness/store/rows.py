"""Rows of a scored run, made and inserted many runs at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from harness.store import schema
from harness.store.entries import DatasetEntry, RunEntry, as_json

BATCH = 200  # runs whose rows are held in memory at a time
_JSON = ("flags", "marks", "reproduced")
_APART = ("means", "tie_ranges", "issues")  # in tables of their own

Rows = list[dict[str, Any]]


def insert_dataset(connection: Connection, entry: DatasetEntry) -> None:
    """Insert a data set."""
    connection.execute(
        insert(schema.datasets),
        {
            "name": entry.name,
            "title": entry.title,
            "headline": entry.headline,
            "judgments": entry.judgments,
            "query_ids": as_json(list(entry.queries)),
            "query_texts": as_json(list(entry.texts)),
            "spec": as_json(entry.spec),
        },
    )


def insert_runs(connection: Connection, entries: Sequence[RunEntry]) -> None:
    """Insert runs with means, vectors and findings, whether they are shown or not."""
    last = connection.scalar(select(func.max(schema.runs.c.id))) or 0
    for start in range(0, len(entries), BATCH):
        rows: dict[Table, Rows] = {
            table: []
            for table in (schema.runs, schema.scores, schema.vectors, schema.issues, schema.versions)
        }
        for entry in entries[start : start + BATCH]:
            if entry.shown:
                last += 1
                _add(rows, last, entry)
            else:
                rows[schema.versions].append(
                    {
                        "dataset": entry.dataset,
                        "system": entry.system,
                        "sha256": entry.sha256,
                        "content": as_json(entry.content()),
                    }
                )
        for table, values in rows.items():
            if values:
                connection.execute(insert(table), values)


def _add(rows: dict[Table, Rows], run_id: int, entry: RunEntry) -> None:
    content = entry.content()
    digest = hashlib.sha256(as_json(content).encode()).hexdigest()
    plain = {name: value for name, value in content.items() if name not in _APART}
    packed = {name: as_json(plain[name]) for name in _JSON}
    rows[schema.runs].append(plain | packed | {"id": run_id, "digest": digest, "card": as_json(entry.card)})
    rows[schema.vectors].append({"run_id": run_id, "per_query": entry.vectors().tobytes()})
    for place, name in enumerate(entry.evaluation.measures):
        lowest, expected, highest = entry.tie_ranges.get(name, (None, None, None))
        rows[schema.scores].append(
            {
                "run_id": run_id,
                "measure": name,
                "dataset": entry.dataset,
                "system": entry.system,
                "place": place,
                "mean": content["means"][name],
                "lowest": lowest,
                "expected": expected,
                "highest": highest,
            }
        )
    rows[schema.issues] += [
        {"run_id": run_id, "position": position, **issue._asdict()}
        for position, issue in enumerate(entry.issues)
    ]
