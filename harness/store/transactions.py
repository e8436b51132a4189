"""Transactions that write: one writer at a time, the others wait; readers never do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from harness.errors import StoreError

ADVISORY_LOCK = 0x6861726E657373  # "harness": any number that writers of a board agree on


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """Hold the store's write lock from the first statement on; commits at the end, or undoes everything.

    SQLite takes its lock with BEGIN IMMEDIATE and waits for another writer as long as ``busy_timeout`` says:
    a lock that was taken later, after reading, could not be waited for. PostgreSQL takes an advisory lock.

    Raises:
        StoreError: the database cannot be written.
    """
    try:
        with engine.execution_options(immediate=True).begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            yield connection
    except SQLAlchemyError as error:
        shown = engine.url.render_as_string(hide_password=True)
        reason = getattr(error, "orig", None) or error
        raise StoreError(f"{shown} cannot be written, and is unchanged: {reason}") from error
