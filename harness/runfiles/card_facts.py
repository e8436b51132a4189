"""A card as groups of plain facts, each with its key path: what is shown, and what is compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from harness.runfiles.card import RunCard

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "system": (
        "schema_version",
        "system",
        "family",
        "description",
        "tag",
        "checkpoint",
        "revision",
        "training_data",
        "training_evidence",
        "authors",
        "contact",
        "anonymous_until",
        "links",
        "licence",
        "code_licence",
    ),
    "parameters": ("pipeline", "depth", "input_fields", "first_stage", "seeds"),
    "data": ("dataset", "split", "fingerprints"),
    "environment": ("versions", "git", "hardware", "runtime"),
    "timings": ("created", "timings", "resources"),
    "run": ("run", "index"),
}
"""Group to the keys of a card that belong to it, in the order they are shown."""

MEASURED: Final[Mapping[str, str]] = {"seconds": "timings", "cached": "timings", "facts": "run", "key": "run"}
"""Keys of a stage that say how it went, not what it is, and the groups they go to."""


class Fact(NamedTuple):
    """One value of a card: its group, its key path, and a number, text, flag or list of these."""

    group: str
    key: str
    value: Any


def facts(card: RunCard) -> tuple[Fact, ...]:
    """Every value that a card states, group by group; lists of plain values stay whole."""
    document = card.model_dump(mode="json", exclude_defaults=True)
    groups = {key: group for group, keys in GROUPS.items() for key in keys}
    found = [
        Fact(_group(path, groups[path[0]]), _shown(path), value)
        for name in document
        for path, value in _leaves((name,), document[name])
    ]
    order = list(GROUPS)
    return tuple(sorted(found, key=lambda fact: order.index(fact.group)))


def _leaves(path: tuple[str | int, ...], value: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _leaves((*path, key), item)
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for place, item in enumerate(value):
            yield from _leaves((*path, place), item)
    else:
        yield path, value


def _group(path: tuple[Any, ...], group: str) -> str:
    """Of a pipeline's value the group of the stage's own key: parameters may be called as they like."""
    if path[0] == "index" and str(path[-1]).endswith(("_seconds", "_from_cache")):
        return "timings"
    if path[0] != "pipeline":
        return group
    place = 2
    while len(path) > place + 3 and path[place] == "branches":  # branches[0][1].key
        place += 3
    return MEASURED.get(str(path[place]), group)


def _shown(path: tuple[Any, ...]) -> str:
    """``pipeline[0].parameters.k1``; a key that holds a dot or a bracket is quoted."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        name = repr(part) if set(part) & set(".[]") else part
        text += f".{name}" if text else name
    return text
