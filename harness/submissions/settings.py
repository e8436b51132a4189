"""Settings of the server that an administrator changes while it runs; kept beside the accounts."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from harness.submissions.database import transaction
from harness.submissions.tables import settings


def read_setting(url: str, key: str) -> str | None:
    """The value of a setting, or None if it was never written."""
    with transaction(url) as connection:
        return connection.scalar(select(settings.c.value).where(settings.c.key == key))


def read_settings(url: str, prefix: str) -> dict[str, str]:
    """Every setting whose key starts with ``prefix``, by what follows it."""
    with transaction(url) as connection:
        found = connection.execute(select(settings)).all()
    return {row.key.removeprefix(prefix): row.value for row in found if row.key.startswith(prefix)}


def write_setting(url: str, key: str, value: str | None) -> None:
    """Write a setting; None removes it."""
    with transaction(url) as connection:
        connection.execute(delete(settings).where(settings.c.key == key))
        if value is not None:
            connection.execute(insert(settings), {"key": key, "value": value})
