"""Filling the store: all of it at once, or what changed, each in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, and_, delete, func, insert, inspect, select

from harness.errors import StoreError
from harness.store import schema
from harness.store.entries import DatasetEntry as DatasetEntry
from harness.store.entries import LedgerLine, Tombstone, dataset_digest
from harness.store.entries import RunEntry as RunEntry
from harness.store.rows import BATCH, insert_dataset, insert_runs
from harness.store.shape import of_this_version
from harness.store.transactions import write_transaction

Entry = DatasetEntry | RunEntry | Tombstone | LedgerLine
UP_TO_NOW = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to become of some systems of a store.

    Attributes:
        systems: (data set, system) whose rows are removed, with everything that is derived from them.
        entries: what takes their place; a data set that the store has already is left as it is.
        moment: the moment for which anonymous entries are masked.
    """

    systems: Collection[tuple[str, str]]
    entries: Sequence[Entry]
    moment: str


def replace_board(
    engine: Engine, entries: Iterable[Entry], *, moment: str = "", as_of: str = UP_TO_NOW
) -> None:
    """Replace the whole content of the store by ``entries`` in one transaction.

    Entries are consumed one at a time; a data set has to come before its runs. An error raised while they are
    produced, or the death of the process, leaves the store as it was.

    Args:
        engine: a store opened with ``create=True``.
        entries: all there is to be.
        moment: the moment for which anonymous entries are masked.
        as_of: the moment up to which events count; empty for all of them.

    Raises:
        StoreError: the database cannot be written, or holds tables of these names that are not a board's.
    """
    with write_transaction(engine) as connection:
        _empty(connection)
        waiting: list[RunEntry] = []
        for entry in entries:
            if isinstance(entry, RunEntry):
                waiting.append(entry)
            if len(waiting) >= BATCH or not isinstance(entry, RunEntry):
                insert_runs(connection, waiting)
                waiting = []
            if not isinstance(entry, RunEntry):
                _insert(connection, entry)
        insert_runs(connection, waiting)
        _set_about(connection, {"moment": moment, "as_of": as_of, "digest": _digest(connection)})


def change_board(engine: Engine, change: Change, *, after: int) -> bool:
    """Apply a change in one short transaction, if the store has taken in exactly ``after`` events so far.

    Returns:
        False if it has not: another process was faster, and nothing is changed.

    Raises:
        StoreError: the database cannot be written.
    """
    with write_transaction(engine) as connection:
        if (connection.scalar(select(func.max(schema.events.c.number))) or 0) != after:
            return False
        for system in change.systems:
            _remove(connection, *system)
        known = set(connection.scalars(select(schema.datasets.c.name)))
        runs = [entry for entry in change.entries if isinstance(entry, RunEntry)]
        for entry in change.entries:
            if not isinstance(entry, RunEntry) and not (
                isinstance(entry, DatasetEntry) and entry.name in known
            ):
                _insert(connection, entry)
        insert_runs(connection, runs)
        _set_about(connection, {"moment": change.moment, "digest": _digest(connection)})
    return True


def _insert(connection: Connection, entry: DatasetEntry | Tombstone | LedgerLine) -> None:
    if isinstance(entry, DatasetEntry):
        insert_dataset(connection, entry)
    else:
        table = schema.tombstones if isinstance(entry, Tombstone) else schema.events
        connection.execute(insert(table), entry._asdict())


def _remove(connection: Connection, dataset: str, system: str) -> None:
    for table in (schema.runs, schema.versions, schema.tombstones):
        columns = table.c
        connection.execute(delete(table).where(and_(columns.dataset == dataset, columns.system == system)))


def _set_about(connection: Connection, values: dict[str, str]) -> None:
    about = schema.about
    connection.execute(delete(about).where(about.c.key.in_(values)))
    connection.execute(insert(about), [{"key": key, "value": value} for key, value in values.items()])


def _digest(connection: Connection) -> str:
    """Hex sha256 over the digests of data sets, runs and tombstones, whatever order they came in."""
    sets, runs = schema.datasets.c, schema.runs.c
    found = connection.execute(select(sets.name, sets.headline, sets.judgments, sets.spec))
    groups = (
        [dataset_digest(*row[:3], json.loads(row.spec).get("parts")) for row in found],
        list(connection.scalars(select(runs.digest))),
        [Tombstone(*row).digest() for row in connection.execute(select(schema.tombstones))],
    )
    text = "\n".join(",".join(sorted(group)) for group in groups)
    return hashlib.sha256(text.encode()).hexdigest()


def _empty(connection: Connection) -> None:
    """Leave the tables of this schema, without rows; tables of an older one are replaced.

    Rows are deleted rather than tables dropped, since PostgreSQL keeps readers waiting for a dropped table.
    """
    found = set(inspect(connection).get_table_names())
    if connection.dialect.name == "sqlite":
        found = {name.lower() for name in found}  # to SQLite somebody's table Run is our run
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
    if version == str(schema.SCHEMA_VERSION) and of_this_version(connection):
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(delete(table))
    else:
        schema.metadata.drop_all(connection)
        schema.metadata.create_all(connection)
    connection.execute(insert(schema.about), {"key": "schema", "value": str(schema.SCHEMA_VERSION)})
