"""Connections to the store: SQLite by default, any database of SQLAlchemy by URL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from harness.errors import CommandError, MissingExtraError, StoreError
from harness.store import schema
from harness.store.shape import lacking

DEFAULT_STORE = "sqlite:///.harness/board.sqlite"
BUSY_TIMEOUT = 60_000  # milliseconds that a writer of SQLite waits for another one


def store_url(url: str | None = None) -> str:
    """The store to use: ``url``, else ``$HARNESS_STORE``, else a SQLite file below ``.harness/``."""
    return url or os.environ.get("HARNESS_STORE") or DEFAULT_STORE


def connect(url: str | None = None, *, create: bool = False) -> Engine:
    """Open the store at ``url``.

    SQLite runs in WAL mode with foreign keys on, so that a reader sees the old board until a rebuild commits.

    Args:
        url: an SQLAlchemy URL such as ``sqlite:///board.sqlite``; see :func:`store_url` for the default.
        create: a rebuild is to follow: make the file if it is absent and accept any content.

    Raises:
        CommandError: the URL is not one.
        MissingExtraError: the database's driver is not installed.
        StoreError: there is no store at the URL, or it was written by another version of the harness.
    """
    text = store_url(url)
    shown = text
    try:
        parsed = make_url(text)
        shown = parsed.render_as_string(hide_password=True)
        path = Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None
        if path and create:
            path.parent.mkdir(parents=True, exist_ok=True)
        if path and not create and not path.is_file():
            raise StoreError(
                f"There is no store at {shown}. Make one with: harness rebuild --runs runs --store {shown}"
            )
        engine = create_engine(text)
    except (ArgumentError, NoSuchModuleError) as error:
        raise CommandError(
            f"{text!r} is not a store URL. Expected for example sqlite:///board.sqlite "
            "or postgresql+psycopg://user@host/database."
        ) from error
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"The store {parsed.get_backend_name()}", str(error.name), "postgres"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _write_pragmas if create else _read_pragmas)
        event.listen(engine, "begin", _begin)
    try:
        if not create:
            _check_version(engine, shown)
    except DatabaseError as error:
        engine.dispose()
        raise StoreError(f"{shown} cannot be opened: {error.orig}") from error
    except StoreError:
        engine.dispose()
        raise
    return engine


def _begin(connection: Connection) -> None:
    """Open SQLite's transaction; a writer's takes the lock at once, since it could not wait for it later."""
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _read_pragmas(connection: Any, _record: Any) -> None:
    """Set what SQLite keeps for each connection.

    The driver would commit before changes of the schema; without its own transactions they are part of ours.
    """
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    cursor.close()


def _write_pragmas(connection: Any, record: Any) -> None:
    """The same for a writer, which also chooses the journal: readers go on reading during a rebuild."""
    _read_pragmas(connection, record)
    cursor = connection.cursor()
    if cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _check_version(engine: Engine, url: str) -> None:
    if not inspect(engine).has_table(schema.about.name):
        raise StoreError(f"{url} holds no board. Make one with: harness rebuild --runs runs --store {url}")
    with engine.connect() as connection:
        found = connection.scalar(select(schema.about.c.value).where(schema.about.c.key == "schema"))
    reason = ""
    if found != str(schema.SCHEMA_VERSION):
        reason = f"it was made with schema {found}, this version reads {schema.SCHEMA_VERSION}"
    elif gone := lacking(engine):
        reason = f"it lacks {', '.join(gone)}"
    if reason:
        raise StoreError(
            f"{url} was written by another version of the harness: {reason}. "
            f"Make it again: harness rebuild --runs runs --store {url}"
        )
