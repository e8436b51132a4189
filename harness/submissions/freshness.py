"""Whether a store shows all that the ledger says about the board."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine

from harness.ledger.event import Event
from harness.store.reading import read_head

SILENT = frozenset({"submitted", "accepted", "held", "refused", "curated", "repaired"})
"""Kinds of events that change nothing on the board; a store takes them in with the next that does."""


def is_current(engine: Engine, events: Sequence[Event]) -> bool:
    """Whether no event that the store has not taken in changes the board."""
    number, known = read_head(engine)
    if number > len(events) or (number and events[number - 1].hash != known):
        return False
    return all(event.kind in SILENT for event in events[number:])
