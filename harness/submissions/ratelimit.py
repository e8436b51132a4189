"""How often somebody may ask: counted in the accounts' database, so that it holds across processes."""

from __future__ import annotations

import time
from typing import NamedTuple

from sqlalchemy import delete, select, text

from harness.errors import RequestError
from harness.submissions.database import transaction
from harness.submissions.tables import uses


class Rate(NamedTuple):
    """So many requests of a kind by one subject within a window of so many seconds."""

    kind: str
    most: int
    seconds: int


READS = Rate("read", 1200, 60)
SUBMISSIONS = Rate("submission", 60, 3600)
SIGN_INS = Rate("sign-in", 300, 60)
"""Requests with a token, by address; checking a token costs time, which must not be free to waste."""
REGISTRATIONS = Rate("registration", 5, 86_400)

_COUNT = text(
    "INSERT INTO access_use (kind, subject, period, count) VALUES (:kind, :subject, :period, 1) "
    "ON CONFLICT (kind, subject, period) DO UPDATE SET count = access_use.count + 1 RETURNING count"
)


def count_use(url: str, rate: Rate, subject: str, *, now: float | None = None) -> int:
    """Count one request; returns how many are left in the window.

    Args:
        rate: what is counted, and how much of it is allowed.
        subject: an account's name or an address.
        now: seconds since 1970; by default the clock's.

    Raises:
        RequestError: 429, with the seconds until the window ends.
    """
    moment = time.time() if now is None else now
    period = int(moment // rate.seconds)
    key = {"kind": rate.kind, "subject": subject[:120]}
    with transaction(url, durable=False) as connection:
        count = int(connection.execute(_COUNT, {**key, "period": period}).scalar_one())
        if count == 1:  # the first of a new window clears the old ones of its kind
            connection.execute(delete(uses).where(uses.c.kind == rate.kind, uses.c.period < period))
    if count > rate.most:
        wait = int((period + 1) * rate.seconds - moment) + 1
        raise RequestError(
            429,
            f"{rate.most} of these in {rate.seconds} seconds are allowed. Try again in {wait} seconds.",
            retry_after=wait,
        )
    return rate.most - count


def used(url: str, rate: Rate, subject: str, *, now: float | None = None) -> int:
    """How many requests were counted in the present window."""
    period = int((time.time() if now is None else now) // rate.seconds)
    query = select(uses.c.count).where(
        uses.c.kind == rate.kind, uses.c.subject == subject[:120], uses.c.period == period
    )
    with transaction(url) as connection:
        return int(connection.scalar(query) or 0)
