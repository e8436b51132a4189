"""Filling the store: everything in one transaction, so that a reader sees the old board or the new one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, delete, insert, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from harness.errors import StoreError
from harness.records import Evaluation, Issue
from harness.store import schema


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetEntry:
    """A data set of the board.

    Attributes:
        name, title: as in the catalogue.
        headline: the measure that the board sorts by.
        judgments: fingerprint of the judgments; empty for a macro average over parts.
        queries: judged query ids, ascending in bytes; none for a macro average.
        texts: their texts, in the same order.
        spec: the catalogue entry in plain values.
    """

    name: str
    title: str
    headline: str
    judgments: str
    queries: Sequence[str]
    texts: Sequence[str]
    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """A scored run of the board.

    Attributes:
        path: the run file, relative to the record's folder.
        evaluation: its values; the means are derived.
        tie_ranges: measure to lowest, expected and highest mean over all orders of tied documents.
        card: the card in plain values.
    """

    dataset: str
    system: str
    family: str
    description: str
    created: str
    sha256: str
    path: str
    depth: int
    rows: int
    tied_share: float
    evaluation: Evaluation
    issues: Sequence[Issue]
    card: Mapping[str, Any]
    tie_ranges: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)


def replace_board(engine: Engine, entries: Iterable[DatasetEntry | RunEntry]) -> None:
    """Replace the whole content of the store by ``entries`` in one transaction.

    Entries are consumed one at a time; a data set has to come before its runs. An error raised while they are
    produced, or the death of the process, leaves the store as it was.

    Raises:
        StoreError: the database cannot be written, or holds tables of these names that are not a board's.
    """
    try:
        _replace(engine, entries)
    except SQLAlchemyError as error:
        shown = engine.url.render_as_string(hide_password=True)
        reason = getattr(error, "orig", None) or error
        raise StoreError(f"{shown} cannot be written, and is unchanged: {reason}") from error


def _replace(engine: Engine, entries: Iterable[DatasetEntry | RunEntry]) -> None:
    with engine.begin() as connection:
        _empty(connection)
        run_id = 0
        for entry in entries:
            if isinstance(entry, DatasetEntry):
                _insert_dataset(connection, entry)
            else:
                run_id += 1
                _insert_run(connection, run_id, entry)


def _empty(connection: Connection) -> None:
    """Leave the tables of this schema, without rows; tables of an older one are replaced.

    Rows are deleted rather than tables dropped, since PostgreSQL keeps readers waiting for a dropped table.
    """
    found = set(inspect(connection).get_table_names())
    ours = schema.metadata.tables.keys()
    version = None
    if schema.about.name in found:
        columns = {column["name"] for column in inspect(connection).get_columns(schema.about.name)}
        if columns == {"key", "value"}:
            version = connection.scalar(select(schema.about.c.value).where(schema.about.c.key == "schema"))
    if version is None and found & ours:
        raise StoreError(
            f"The database holds tables that are not a board's: {', '.join(sorted(found & ours))}. "
            "Name another database; nothing was changed."
        )
    if version == str(schema.SCHEMA_VERSION):
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(delete(table))
    else:
        schema.metadata.drop_all(connection)
        schema.metadata.create_all(connection)
    connection.execute(insert(schema.about), {"key": "schema", "value": str(schema.SCHEMA_VERSION)})


def _insert_dataset(connection: Connection, entry: DatasetEntry) -> None:
    connection.execute(
        insert(schema.datasets),
        {
            "name": entry.name,
            "title": entry.title,
            "headline": entry.headline,
            "judgments": entry.judgments,
            "query_ids": _json(list(entry.queries)),
            "query_texts": _json(list(entry.texts)),
            "spec": _json(entry.spec),
        },
    )


def _insert_run(connection: Connection, run_id: int, entry: RunEntry) -> None:
    evaluation = entry.evaluation
    connection.execute(
        insert(schema.runs),
        {
            "id": run_id,
            "dataset": entry.dataset,
            "system": entry.system,
            "family": entry.family,
            "description": entry.description,
            "created": entry.created,
            "sha256": entry.sha256,
            "path": entry.path,
            "depth": entry.depth,
            "rows": entry.rows,
            "answered": int(evaluation.answered.sum()),
            "judged_queries": len(evaluation.queries),
            "tied_share": entry.tied_share,
            "engine": evaluation.engine,
            "engine_version": evaluation.engine_version,
            "flags": _json(dict(evaluation.flags)),
            "card": _json(entry.card),
        },
    )
    connection.execute(insert(schema.scores), list(_score_rows(run_id, entry)))
    if entry.issues:
        connection.execute(
            insert(schema.issues),
            [
                {"run_id": run_id, "position": position, **issue._asdict()}
                for position, issue in enumerate(entry.issues)
            ],
        )


def _score_rows(run_id: int, entry: RunEntry) -> Iterator[dict[str, Any]]:
    means = entry.evaluation.means()
    vectors = np.ascontiguousarray(entry.evaluation.values, dtype="<f8")
    for name, vector in zip(entry.evaluation.measures, vectors, strict=True):
        lowest, expected, highest = entry.tie_ranges.get(name, (None, None, None))
        yield {
            "run_id": run_id,
            "measure": name,
            "mean": means[name],
            "lowest": lowest,
            "expected": expected,
            "highest": highest,
            "per_query": vector.tobytes(),
        }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
