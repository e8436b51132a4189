"""Strict settings: every unknown key, wrong type and missing value at once, each with its key path."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from harness.errors import Problem, SpecError
from harness.yaml_text import load_yaml

T = TypeVar("T")
EXPECTED = {
    **dict.fromkeys(("string_type", "string_unicode"), "a text"),
    **dict.fromkeys(("int_type", "int_from_float", "int_parsing"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), "a list"),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "dataclass_type"), "a mapping"),
    "none_required": "nothing",
    "too_short": "entries, at least {min_length}",
    "too_long": "entries, at most {max_length}",
    "string_too_short": "a text, at least {min_length} long",
    "string_too_long": "a text, at most {max_length} long",
    "string_pattern_mismatch": "a text of the form {pattern}",
}
"""What pydantic's kinds of error ask for, in words of YAML rather than of a programming language."""
FOUND = {
    str: "the text",
    bool: "",
    int: "the number",
    float: "the number",
    list: "the list",
    dict: "the mapping",
}
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


class Strict(BaseModel):
    """Base of every schema: immutable, no unknown keys, no silent conversion of types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


def read_yaml(path: Path, schema: type[T]) -> T:
    """Read a YAML file into ``schema`` (a :class:`Strict` model or any type pydantic understands).

    Raises:
        SpecError: with one problem for each key path that is wrong.
    """
    return check(load_yaml(path), schema, where=str(path))


def check(value: Any, schema: type[T], *, where: str) -> T:
    """Validate plain values against ``schema``; ``where`` names them in messages.

    Types are strict by JSON's rules: no number for a string and no string for a number, but a list may fill a
    tuple and YAML's own dates count as the text they were written as.

    Raises:
        SpecError: with one problem for each key path that is wrong.
    """
    try:
        return TypeAdapter(schema).validate_json(json.dumps(value, default=str), strict=True)
    except ValidationError as error:
        told = [item for item in error.errors(include_url=False) if not _follows(item)]
        problems = [_problem(item, schema) for item in told]
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        raise SpecError(f"{where} has {count}:", problems) from error


def _follows(item: Mapping[str, Any]) -> bool:
    """Whether entries are too few for this alone: pydantic counts those that are right."""
    return item["type"] == "too_short" and bool(len(item["input"]) >= item["ctx"]["min_length"])


def _problem(item: Mapping[str, Any], schema: Any) -> Problem:
    """Turn one pydantic error into expected-and-found wording with a key path."""
    path = key_path(item["loc"])
    kind, found = item["type"], _shown(item.get("input"))
    if kind == "missing":
        return Problem(path, "this key is required and absent.")
    if kind in {"extra_forbidden", "unexpected_keyword_argument"}:
        return Problem(path, f"unknown key.{_did_you_mean(item['loc'], schema)}")
    message = str(item["msg"]).removeprefix("Value error, ").rstrip(".")
    expected = message.removeprefix("Input should be ")
    if kind in EXPECTED:
        expected = EXPECTED[kind].format(**item.get("ctx", {}))
    if expected != message:
        hint = _number_hint(item.get("input")) if "number" in expected else ""
        return Problem(path, f"expected {expected}, found {found}.{hint}")
    return Problem(path, f"{message}; found {found}.")


def _number_hint(found: Any) -> str:
    """What to write for a text that looks like a number."""
    if not isinstance(found, str) or not _NUMBER.fullmatch(found):
        return " Write a point, not a comma." if re.fullmatch(r"[-+]?\d+,\d+", str(found)) else ""
    if isinstance(yaml.safe_load(found), str):
        return " With an exponent YAML's numbers have a point and a sign: 1.0e-5."
    return " Remove the quotes."


def key_path(location: tuple[int | str, ...]) -> str:
    """``("datasets", "demo", 0)`` as ``datasets.demo[0]``."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text or "(top level)"


def _shown(value: Any) -> str:
    """A value as a reader of YAML would name it."""
    if value is None:
        return "nothing"
    written = str(value).lower() if isinstance(value, bool) else repr(value)
    text = f"{FOUND.get(type(value), type(value).__name__)} {written}".strip()
    return text if len(text) <= 80 else text[:77] + "…"


def _did_you_mean(location: tuple[int | str, ...], schema: Any) -> str:
    """Nearest allowed key, for schemas whose fields can be found by walking the path."""
    names = _field_names(schema, location[:-1])
    near = difflib.get_close_matches(str(location[-1]), names, n=1, cutoff=0.5)
    if near:
        return f" Did you mean {near[0]!r}?"
    return f" Allowed: {', '.join(names)}." if names else ""


def _field_names(schema: Any, location: tuple[int | str, ...]) -> list[str]:
    """Allowed keys of the object at ``location``, read from the JSON schema of ``schema``."""
    document = TypeAdapter(schema).json_schema()
    nodes = [document]
    for part in location:
        nodes = [child for node in nodes for child in _children(node, part, document)]
    return sorted({name for node in nodes for name in _resolved(node, document).get("properties", {})})


def _resolved(node: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    reference = node.get("$ref")
    return document["$defs"][reference.rsplit("/", 1)[1]] if reference else node


def _children(node: dict[str, Any], part: int | str, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Schema nodes one step down; a tag of a discriminated union stays on the branch it names."""
    node = _resolved(node, document)
    found: list[dict[str, Any]] = []
    for branch in [*node.get("anyOf", []), *node.get("oneOf", [])]:
        mapping = node.get("discriminator", {}).get("mapping", {})
        if mapping.get(part) == branch.get("$ref") and mapping:
            found.append(branch)
        elif not mapping:
            found += _children(branch, part, document)
    if isinstance(part, int) and "items" in node:
        found.append(node["items"])
    elif isinstance(part, str) and part in node.get("properties", {}):
        found.append(node["properties"][part])
    elif isinstance(part, str) and isinstance(node.get("additionalProperties"), dict):
        found.append(node["additionalProperties"])
    return found
