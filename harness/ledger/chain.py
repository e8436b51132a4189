"""The chain: reading the events of a ledger and finding whatever was done to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.errors import CommandError, Problem
from harness.ledger.event import NO_HASH, Event, parse_event

LEDGER_NAME = "ledger.jsonl"
SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What checking a ledger found.

    Attributes:
        events: the good events, up to the first problem.
        problems: every problem, with ``file:line``.
        torn: bytes behind the last newline: a write that was interrupted and never acknowledged.
        head: hash of the last good event, 64 zeros if there is none.
    """

    events: tuple[Event, ...]
    problems: tuple[Problem, ...]
    torn: int
    head: str

    @property
    def ok(self) -> bool:
        """Whether the chain is whole; a torn end is none of it."""
        return not self.problems


def verify(record: str | Path, *, head: str | None = None) -> Verification:
    """Check every line: its form, its hash, its number, its time and the hash of the line before.

    Any change, deletion, insertion or reordering breaks a link. Only a cut at the end leaves a shorter whole
    chain; it is found when ``head``, a hash noted earlier, is given and no event has it.

    Args:
        record: the record's folder; one without a ledger has an empty one.
        head: hash of an event that has to be in the chain, or its first characters (at least 8).

    Raises:
        CommandError: there is no such folder.
    """
    if not Path(record).is_dir():
        raise CommandError(f"There is no folder {record} with a ledger in it.")
    path = Path(record) / LEDGER_NAME
    data = path.read_bytes() if path.is_file() else b""
    *lines, rest = data.split(b"\n")
    events: list[Event] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, start=1):
        found = _event(line, f"{path}:{number}", problems)
        if found is None:
            continue
        problems += [Problem(f"{path}:{number}", text) for text in _breaks(found, events, number)]
        events.append(found)
    if head and not any(event.hash.startswith(head) for event in events):
        problems.append(
            Problem(
                f"{path}:{len(lines)}",
                f"no event has the hash {head}: the end was cut off, or the ledger is another one.",
            )
        )
    good = tuple(events) if not problems else tuple(_whole(events))
    return Verification(
        events=good,
        problems=tuple(problems[:SHOWN]),
        torn=len(rest),
        head=good[-1].hash if good else NO_HASH,
    )


def _event(line: bytes, where: str, problems: list[Problem]) -> Event | None:
    try:
        return parse_event(line)
    except ValueError as error:
        problems.append(Problem(where, f"this is not the event that was written: {error}."))
        return None


def _breaks(event: Event, before: list[Event], number: int) -> Iterator[str]:
    """What does not fit between an event and the one before it."""
    if event.number != number:
        yield f"the event has number {event.number}, its line is {number}: lines are missing, added or moved."
    last = before[-1] if before else None
    expected = last.hash if last else NO_HASH
    if event.before != expected:
        yield (
            f"the event follows one with hash {event.before[:16]}…, the line before has {expected[:16]}…: "
            "a line was removed, added, moved or changed."
        )
    if last and event.time < last.time:
        yield f"the event's time {event.time} is before that of the event before, {last.time}."


def _whole(events: list[Event]) -> Iterator[Event]:
    """The events up to the first that does not fit."""
    kept: list[Event] = []
    for event in events:
        if any(_breaks(event, kept, len(kept) + 1)):
            return
        kept.append(event)
        yield event
