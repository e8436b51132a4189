"""A run's card as short lists of facts for people; tolerant of fields that a card leaves out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


def general(card: Mapping[str, Any]) -> dict[str, str]:
    """Who and when."""
    return _texts(
        {
            "Made": card.get("created"),
            "Split": card.get("split"),
            "Depth": card.get("depth"),
            "Tag in the run": card.get("tag"),
            "Authors": card.get("authors"),
            "First stage": card.get("first_stage"),
            "Fields read": card.get("input_fields"),
            "Training data": card.get("training_data"),
            "Evidence of it": card.get("training_evidence"),
            "Checkpoint": card.get("checkpoint"),
            "Revision": card.get("revision"),
            "Seeds": card.get("seeds"),
            "Licence of system or weights": card.get("licence"),
            "Licence of the code": card.get("code_licence"),
            "Contact": card.get("contact"),
            "Links": card.get("links"),
        }
    )


def circumstances(card: Mapping[str, Any]) -> dict[str, str]:
    """The machine and the time it took, as whoever made the run reports them."""
    return _texts(
        {
            **_prefixed("Hardware", card.get("hardware")),
            **_prefixed("Timing", card.get("timings")),
            **_prefixed("Resource", card.get("resources")),
            **_prefixed("Index", card.get("index")),
        }
    )


def software(card: Mapping[str, Any]) -> dict[str, str]:
    """What the run was computed with."""
    return _texts(
        {
            **_prefixed("Version", card.get("versions")),
            **_prefixed("Git", _short_commit(card.get("git"))),
            **_prefixed("Runtime", card.get("runtime")),
        }
    )


def identity(card: Mapping[str, Any], sha256: str) -> dict[str, str]:
    """Hashes: of the run's canonical text and of the data it was made on."""
    prints = _prefixed("Fingerprint", card.get("fingerprints"))
    return _texts({"sha256 of the canonical run": sha256, **prints})


class Stage(NamedTuple):
    """A stage for people; ``level`` counts the fusions that it stands inside."""

    level: int
    kind: str
    name: str
    parameters: str


def pipeline(card: Mapping[str, Any]) -> list[Stage]:
    """The stages in order, those of a fusion's branches below it."""
    return _stages(card.get("pipeline") or (), 0)


def _stages(given: Sequence[Any], level: int) -> list[Stage]:
    found: list[Stage] = []
    for stage in given:
        if not isinstance(stage, Mapping):
            continue
        told = {
            "weights": stage.get("checkpoint"),
            "revision": stage.get("revision"),
            "depth": stage.get("depth"),
            **dict(stage.get("parameters") or {}),
        }
        words = _text({name: value for name, value in told.items() if value not in (None, "")})
        found.append(Stage(level, str(stage.get("stage", "")), str(stage.get("name", "")), words))
        for branch in stage.get("branches") or ():
            found += _stages(branch, level + 1)
    return found


def _short_commit(git: Any) -> Any:
    """The first digits of a commit, as repositories show them; the card's file has all."""
    return {**git, "commit": str(git["commit"])[:12]} if isinstance(git, Mapping) and "commit" in git else git


def _prefixed(prefix: str, values: Any) -> dict[str, Any]:
    return {f"{prefix}: {str(key).replace('_', ' ')}": value for key, value in dict(values or {}).items()}


def _texts(facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: text for name, value in facts.items() if (text := _text(value))}


def _pair(key: str, value: Any) -> str:
    return f"{key} ({_text(value)})" if isinstance(value, Mapping) else f"{key} = {_text(value)}"


def _text(value: Any) -> str:
    """A value of a card for people: ``k1 = 0.9, b = 0.4`` rather than braces and quotes."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(_pair(str(key), item) for key, item in value.items() if item not in (None, "", {}))
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    return (
        f"{value:.6g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)
    )
