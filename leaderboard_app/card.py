"""A run's card as short lists of facts for people; tolerant of fields that a card leaves out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd


def general(card: Mapping[str, Any]) -> dict[str, str]:
    """Who and when."""
    return _texts(
        {
            "Made": card.get("created"),
            "Split": card.get("split"),
            "Depth": card.get("depth"),
            "Tag in the run": card.get("tag"),
            "Fields read": card.get("input_fields"),
            "Training data": card.get("training_data"),
            "Checkpoint": card.get("checkpoint"),
            "Revision": card.get("revision"),
            "Seeds": card.get("seeds"),
            "Licence": card.get("licence"),
            "Contact": card.get("contact"),
            "Links": card.get("links"),
        }
    )


def circumstances(card: Mapping[str, Any]) -> dict[str, str]:
    """The machine, the software and the time it took, as whoever made the run reports them."""
    return _texts(
        {
            **_prefixed("Hardware", card.get("hardware")),
            **_prefixed("Timing", card.get("timings")),
            **_prefixed("Index", card.get("index")),
            **_prefixed("Version", card.get("versions")),
            **_prefixed("Git", card.get("git")),
        }
    )


def identity(card: Mapping[str, Any], sha256: str) -> dict[str, str]:
    """Hashes: of the run's canonical text and of the data it was made on."""
    prints = _prefixed("Fingerprint", card.get("fingerprints"))
    return _texts({"sha256 of the canonical run": sha256, **prints})


def pipeline(card: Mapping[str, Any]) -> pd.DataFrame:
    """A row for each stage, in order, with its parameters."""
    stages = card.get("pipeline") or ()
    return pd.DataFrame(
        {
            "stage": [str(stage.get("stage", "")) for stage in stages],
            "name": [str(stage.get("name", "")) for stage in stages],
            "parameters": [_text(stage.get("parameters")) for stage in stages],
        }
    )


def _prefixed(prefix: str, values: Any) -> dict[str, Any]:
    return {f"{prefix}: {str(key).replace('_', ' ')}": value for key, value in dict(values or {}).items()}


def _texts(facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: text for name, value in facts.items() if (text := _text(value))}


def _text(value: Any) -> str:
    """A value of a card for people: ``k1 = 0.9, b = 0.4`` rather than braces and quotes."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_text(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    return (
        f"{value:.6g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)
    )
