"""What is shown of the makers of a run that asked not to be named before a date."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from harness.ledger.event import Event
from harness.ledger.standing import Standing, standings
from harness.runfiles.card import RunCard

NAMING = ("authors", "contact", "links", "git")
"""Fields of a card that may tell who made the run."""
MASK = "anonymous"


def submitter(card: RunCard, standing: Standing, moment: str) -> str:
    """The makers' names, or until when they are not named; empty where nobody says."""
    if standing.anonymous(moment):
        return f"anonymous until {standing.anonymous_until}"
    return ", ".join(card.authors)


def card_sha256(card: RunCard) -> str:
    """Hex sha256 of what a card says, whatever its layout; it stands in the event that publishes the run.

    Of a card with ``anonymous_until`` the makers are left out for ever: events are public, and a hash over
    them would confirm a guessed name.
    """
    said = card.model_dump(mode="json", exclude_defaults=True)
    if card.anonymous_until:
        said = {key: value for key, value in said.items() if key not in NAMING}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def shown_card(card: Mapping[str, Any], standing: Standing, moment: str) -> dict[str, Any]:
    """The card in plain values, without what names its makers as long as they are not to be named."""
    if not standing.anonymous(moment):
        return dict(card)
    return {key: value for key, value in card.items() if key not in NAMING}


def shown_events(events: Iterable[Event], moment: str) -> list[Event]:
    """The events as a reader may see them: no actor and no reason by those who are not to be named.

    The hashes stay those of the whole events; who is to check the chain needs the ledger's file.
    """
    every = list(events)
    hidden = {key: now.actor for key, now in standings(every).items() if now.anonymous(moment)}
    return [_masked(event, hidden[event.key]) if event.key in hidden else event for event in every]


def _masked(event: Event, actor: str) -> Event:
    details = {key: value for key, value in event.details.items() if key != "submitter"}
    if event.actor != actor:
        return replace(event, details=details)
    return replace(event, actor=MASK, reason="", details=details)
