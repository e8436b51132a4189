"""From ir_metadata to the fields of a card, and what gets lost either way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import Problem, SpecError
from harness.runfiles.card import RunCard
from harness.runfiles.card_diff import diff_cards
from harness.runfiles.environment import machine_class
from harness.runfiles.ir_metadata import GIGABYTE, HUB, PUBLICATION, to_ir_metadata
from harness.runfiles.ir_metadata_method import from_components, with_params

REQUIRED = ("schema_version", "system", "dataset", "family", "description", "created", "run")
"""What a card must have and a document of ir_metadata may lack."""
_MEMORY = re.compile(r"^(\d{1,9})(?:\.(\d{1,9}))? GB$")
_COMMIT = re.compile(r"^[0-9a-f]{7,64}$")
_ADDRESS = re.compile(r"^https?://\S+$")
_ANY: Mapping[str, Any] = {
    "schema_version": 1,
    "system": "any",
    "dataset": "any",
    "family": "any",
    "description": "any",
    "created": "2000-01-01T00:00:00Z",
    "run": {"sha256": "0" * 64},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """``fields`` are what ``RunCard`` takes; ``dropped`` names what of the document none of them holds."""

    fields: Mapping[str, Any]
    dropped: tuple[str, ...]


def from_ir_metadata(document: Any, *, where: str = "the document") -> Imported:
    """Read a document of ir_metadata into the fields that a card has for it.

    Other versions of the schema are read as far as their keys are the same. What does not come back when the
    fields are written again is dropped, and named.

    Raises:
        SpecError: the document is not a mapping.
    """
    if not isinstance(document, Mapping):
        problem = Problem("(top level)", f"expected a mapping, found {type(document).__name__}.")
        raise SpecError(f"{where} is no ir_metadata.", [problem])
    fields = {
        "tag": _line(document, "tag"),
        "dataset": _name(_line(document, "data", "test collection", "name")),
        "authors": [name] if (name := _line(document, "actor", "name")) else [],
        "contact": _line(document, "actor", "mail"),
        "links": list(_links(document)),
        "training_data": dict.fromkeys(_names(document, "data", "training data"), "declared"),
        "versions": dict(sorted(_versions(document))),
        **_checkpoint(document),
        **_machine(document),
        "pipeline": from_components(_at(document, "method", "retrieval")),
    }
    kept = {key: value for key, value in fields.items() if value not in (None, {}, [])}
    written = to_ir_metadata(RunCard.model_validate({**_ANY, **kept}, strict=False))
    again = set(_leaves(written))
    dropped = [path for path, value in _leaves(_comparable(document)) if (path, value) not in again]
    return Imported(fields=kept, dropped=tuple(dict.fromkeys(dropped)))


def losses(card: RunCard) -> tuple[str, ...]:
    """Key paths of a card that do not come back from its ir_metadata, found by writing and reading it."""
    fields = dict(from_ir_metadata(to_ir_metadata(card)).fields)
    if card.tag is None:
        del fields["tag"]
    given = {name: getattr(card, name) for name in REQUIRED}
    back = RunCard(**{**given, **fields})
    kept = {"dataset", "schema_version"} | ({"system"} if card.tag in (None, card.system) else set())
    lost = [name for name in REQUIRED if name not in kept]
    return tuple(dict.fromkeys([*lost, *(each.key for each in diff_cards(card, back).differences)]))


def _comparable(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document in the form in which it would be written."""
    method = document.get("method")
    if isinstance(method, Mapping) and "retrieval" in method:
        document = {**document, "method": {**method, "retrieval": with_params(method["retrieval"])}}
    return dict(document)


def _at(document: Any, *path: str) -> Any:
    for key in path:
        document = document.get(key) if isinstance(document, Mapping) else None
    return document


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and value == value.strip() != "" and value.isprintable()


def _line(document: Any, *path: str) -> str | None:
    value = _at(document, *path)
    return value if _is_line(value) else None


def _name(text: str | None) -> str | None:
    """A text that may be a data set's name, which is a folder's name, too."""
    fits = text and len(text) <= 100 and not set(text) & set("/\\") and text not in {".", ".."}
    return text if fits else None


def _listed(document: Any, *path: str) -> list[Any]:
    value = _at(document, *path)
    return value if isinstance(value, list) else []


def _names(document: Any, *path: str) -> Iterator[str]:
    """``name`` of every entry of a list."""
    for entry in _listed(document, *path):
        name = _line(entry, "name")
        if name is not None:
            yield name


def _links(document: Any) -> Iterator[str]:
    publication = _at(document, "research goal", "publication")
    for key, value in publication.items() if isinstance(publication, Mapping) else ():
        if key in {*PUBLICATION, "url"} and isinstance(value, str) and _ADDRESS.match(value):
            yield value


def _versions(document: Any) -> Iterator[tuple[str, str]]:
    """``name==version`` of all languages' libraries and of the toolkits."""
    libraries = _at(document, "platform", "software", "libraries")
    lists = list(libraries.values()) if isinstance(libraries, Mapping) else [libraries]
    lists.append(_at(document, "platform", "software", "retrieval toolkit"))
    for item in (item for each in lists if isinstance(each, list) for item in each):
        name, _, version = item.partition("==") if isinstance(item, str) else ("", "", "")
        if _is_line(name) and _is_line(version):
            yield name, version


def _checkpoint(document: Any) -> dict[str, Any]:
    """The one entry that :mod:`harness.runfiles.ir_metadata` writes for the weights."""
    for entry in _listed(document, "data", "other"):
        word, _, name = (_line(entry, "name") or "").partition(" ")
        if word == "checkpoint" and _is_line(name):
            revision = (_line(entry, "source") or "").removeprefix(f"{HUB}{name}/tree/")
            known = _is_line(revision) and not revision.startswith("http")
            return {"checkpoint": name, "revision": revision if known else None}
    return {}


def _machine(document: Any) -> dict[str, Any]:
    cpu, cores = (_at(document, "platform", "hardware", "cpu", key) for key in ("model", "number of cores"))
    architecture = _line(document, "platform", "hardware", "cpu", "architecture")
    kernel = _line(document, "platform", "operating system", "kernel")
    commit = _line(document, "implementation", "source", "commit")
    system, _, release = (kernel or "").partition(" ")
    hardware: dict[str, Any] = {
        "cpu": cpu if _is_line(cpu) else None,
        "cores": cores if type(cores) is int and cores >= 0 else None,
        "memory_bytes": _memory(_line(document, "platform", "hardware", "ram")),
        "gpu": _line(document, "platform", "hardware", "gpu", "model"),
        "os": f"{system} {architecture}" if system and architecture and " " not in architecture else None,
    }
    known = {key: value for key, value in hardware.items() if value is not None}
    if {"cores", "memory_bytes"} <= set(known):
        parts = {key: value for key, value in known.items() if key != "os"}
        known["machine_class"] = machine_class(**parts)
    runtime = {
        "kernel": kernel if release else None,
        "distribution": _line(document, "platform", "operating system", "distribution"),
    }
    return {
        "hardware": known,
        "runtime": {key: value for key, value in runtime.items() if value is not None},
        # the schema does not say whether the tree was clean; nobody is to rely on it
        "git": {"commit": commit, "dirty": True} if commit and _COMMIT.match(commit) else None,
    }


def _memory(text: str | None) -> int | None:
    """Bytes of a text such as ``32 GB`` or ``25.276510208 GB``."""
    match = _MEMORY.match(text or "")
    return int(match[1]) * GIGABYTE + int((match[2] or "").ljust(9, "0")) if match else None


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every plain value with its path; of lists the items' order is not kept, their values are."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, f"{path}[]")
    else:
        yield path, json.dumps(value, default=str)
