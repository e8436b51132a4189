"""The JSON Schema of the files in ``baselines/``, written from the types, so that editors complete them."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from harness.retrievers.spec import SystemSpec
from harness.retrievers.table import STAGES

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def system_schema() -> dict[str, Any]:
    """The schema of a system's file; ``parameters`` has that of the stage's class.

    A class can be imported without its optional packages, so that the schema is always the same.

    Raises:
        MissingExtraError: a class that cannot.
    """
    entries = [(kind, name) for kind, table in STAGES.items() for name in sorted(table)]
    adapters: list[tuple[str, Any, TypeAdapter[Any]]] = [
        (f"{kind} {name}", "validation", TypeAdapter(STAGES[kind][name])) for kind, name in entries
    ]
    adapters.append(("", "validation", TypeAdapter(SystemSpec)))
    schemas, shared = TypeAdapter.json_schemas(adapters)
    definitions: dict[str, Any] = dict(shared["$defs"])
    stage = dict(definitions["Stage"])
    names = {kind: {"enum": sorted(table)} for kind, table in STAGES.items() if len(table)}
    plain = {name: value for name, value in stage["properties"].items() if name not in STAGES}
    stage["properties"] = {**names, **plain}
    stage["oneOf"] = [{"required": [kind]} for kind in names]
    stage["allOf"] = [
        {
            "if": {"properties": {kind: {"const": name}}, "required": [kind]},
            "then": {"properties": {"parameters": schemas[f"{kind} {name}", "validation"]}},
        }
        for kind, name in entries
    ]
    definitions["Stage"] = stage
    return {
        "$schema": DIALECT,
        "title": "A declared system",
        **schemas["", "validation"],
        "$defs": definitions,
    }


def schema_text() -> str:
    """The text of ``baselines/schema.json``."""
    return json.dumps(system_schema(), ensure_ascii=False, indent=2) + "\n"
