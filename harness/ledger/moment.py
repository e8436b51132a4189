"""Points in time as texts that sort as times do: UTC with microseconds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from harness.errors import CommandError


def utc_now() -> str:
    """This moment, as ``2026-01-31T12:00:00.000000Z``."""
    return _text(datetime.now(UTC))


def parse_moment(text: str) -> str:
    """A moment from an ISO 8601 time with its zone, or from a date, which means the end of that day in UTC.

    Raises:
        CommandError: the text is neither.
    """
    try:
        if len(text) == len("2026-01-31"):
            return _text(datetime.combine(date.fromisoformat(text), time.max, tzinfo=UTC))
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise CommandError(
            f"{text!r} is not a moment. Expected a date (2026-01-31, the end of that day in UTC) or a "
            "time with its zone (2026-01-31T12:00:00Z)."
        )
    return _text(moment.astimezone(UTC))


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
