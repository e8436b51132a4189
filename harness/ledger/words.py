"""Events of the ledger in words, as a person would tell them."""

from __future__ import annotations

from collections.abc import Mapping

from harness.ledger.event import Event

SENTENCES: Mapping[str, str] = {
    "corrected": "something said of {what} was put right",
    "curated": "a curator's note on {what}",
    "re-scored": "{what} was scored again",
    "repaired": "an interrupted write was removed from the ledger",
    "reproduced": "{what} was made again: {verdict}",
}
"""Kinds whose name does not stand in their sentence; of the others it is ``{what} was {kind}``."""


def subject(event: Event) -> str:
    """What an event is about: ``bm25 on demo``, as far as it names a system and a data set."""
    if event.dataset and event.system:
        return f"{event.system} on {event.dataset}"
    return event.system or "a submission"


def sentence(event: Event) -> str:
    """An event as a person would tell it, with who did it and why."""
    details = event.details
    verdict = str(details.get("verdict") or "no verdict")
    if details.get("machine_class"):
        verdict += f", on {details['machine_class']}"
    pattern = SENTENCES.get(event.kind, "{what} was {kind}")
    words = pattern.format(what=subject(event), kind=event.kind, verdict=verdict)
    by = f" by {event.actor}" if event.actor else ""
    why = f" — “{event.reason}”" if event.reason else ""
    return f"{words}{by}{why}"
