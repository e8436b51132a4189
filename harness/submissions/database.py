"""The accounts' database: SQLite or PostgreSQL by URL, migrated with Alembic, never derived from anything."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from harness.errors import CommandError, MissingExtraError, StoreError

DEFAULT_ACCOUNTS = "sqlite:///.harness/accounts.sqlite"
MIGRATIONS = Path(__file__).parent / "migrations"
_OPEN: dict[tuple[str, bool], Engine] = {}  # Alembic's own state allows one migration at a time in a process
_LOCK = threading.Lock()
_MIGRATION_LOCK = 7_046_291  # any number; PostgreSQL's advisory lock for migrations of these tables


def accounts_url(url: str | None = None) -> str:
    """The database to use: ``url``, else ``$HARNESS_ACCOUNTS``, else a SQLite file below ``.harness/``."""
    return url or os.environ.get("HARNESS_ACCOUNTS") or DEFAULT_ACCOUNTS


def open_accounts(url: str, *, durable: bool = True) -> Engine:
    """The engine of a database of accounts, made and migrated to the newest version when first asked for.

    Args:
        url: of the database.
        durable: whether a commit is to outlive a power cut; counted requests need not, and cost less so.

    Raises:
        CommandError: the URL is not one.
        MissingExtraError: Alembic or the database's driver is not installed.
        StoreError: the database cannot be opened, or a newer version of this program made it.
    """
    with _LOCK:
        if (url, durable) not in _OPEN:
            _OPEN[url, durable] = _opened(url, durable=durable)
        return _OPEN[url, durable]


def close_accounts() -> None:
    """Close every database of accounts that this process has open."""
    with _LOCK:
        for engine in _OPEN.values():
            engine.dispose()
        _OPEN.clear()


def _opened(url: str, *, durable: bool) -> Engine:
    if find_spec("alembic") is None:
        raise MissingExtraError("The database of accounts", "alembic", "server")
    try:
        parsed = make_url(url)
        shown = parsed.render_as_string(hide_password=True)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            Path(parsed.database).touch(mode=0o600)  # SQLite gives its other files the same mode
        engine = create_engine(url)
    except (ArgumentError, NoSuchModuleError) as error:
        raise CommandError(
            f"{url!r} is not the URL of a database. Expected for example {DEFAULT_ACCOUNTS} "
            "or postgresql+psycopg://user@host/database."
        ) from error
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"A database at {shown}", str(error.name), "postgres") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _durable if durable else _pragmas)
        # Reading first and writing later would fail at once where another process wrote in between.
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        _migrate(engine)
    except SQLAlchemyError as error:
        reason = getattr(error, "orig", None) or error
        raise StoreError(f"The accounts at {shown} cannot be opened: {reason}") from error
    return engine


@contextmanager
def transaction(url: str, *, durable: bool = True) -> Iterator[Connection]:
    """A transaction on the accounts; what goes wrong in the database becomes an error of ours.

    Raises:
        StoreError: the database does not answer or cannot be written.
    """
    engine = open_accounts(url, durable=durable)
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        shown = engine.url.render_as_string(hide_password=True)
        raise StoreError(f"The accounts at {shown}: {getattr(error, 'orig', None) or error}") from error


def _pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own transactions would begin too late
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 20000")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _durable(connection: Any, record: Any) -> None:
    """The same, but a commit waits for the disk: a revocation must not come undone."""
    _pragmas(connection, record)
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _migrate(engine: Engine) -> None:
    """Bring the tables to the newest version, in one transaction that one process at a time holds."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError as AlembicError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except AlembicError as error:
            shown = engine.url.render_as_string(hide_password=True)
            raise StoreError(
                f"The accounts at {shown} are of a version that this program does not know ({error}). "
                "Use the program that made them, or a newer one."
            ) from error
