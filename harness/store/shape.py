"""Whether a database has the tables of this version: their columns are looked at, not a number alone."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect

from harness.store import schema


def lacking(bind: Engine | Connection) -> list[str]:
    """Tables and columns that this version reads and the database has not: ``event``, ``run.reproduced``."""
    found = _columns(bind)
    gone = []
    for name, table in schema.metadata.tables.items():
        if name not in found:
            gone.append(name)
        else:
            gone += [f"{name}.{column.name}" for column in table.columns if column.name not in found[name]]
    return gone


def of_this_version(bind: Engine | Connection) -> bool:
    """Whether every table has exactly the columns that this version writes."""
    found = _columns(bind)
    return all(
        found.get(name) == {column.name for column in table.columns}
        for name, table in schema.metadata.tables.items()
    )


def _columns(bind: Engine | Connection) -> dict[str, set[str]]:
    """The columns of those tables that are there."""
    names = list(schema.metadata.tables)
    found = inspect(bind).get_multi_columns(filter_names=names)
    return {name: {column["name"] for column in columns} for (_, name), columns in found.items()}
