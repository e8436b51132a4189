"""The JSON Schema of the files in ``baselines/``, written from the types, so that editors complete them."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from harness.retrievers.spec import SystemSpec
from harness.retrievers.table import RETRIEVERS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def system_schema() -> dict[str, Any]:
    """The schema of a system's file; ``parameters`` has that of the stage's retriever.

    A retriever's class can be imported without its optional packages, so that the schema is always the same.

    Raises:
        MissingExtraError: a class that cannot.
    """
    adapters: list[tuple[str, Any, TypeAdapter[Any]]] = [
        (name, "validation", TypeAdapter(RETRIEVERS[name])) for name in sorted(RETRIEVERS)
    ]
    adapters.append(("", "validation", TypeAdapter(SystemSpec)))
    schemas, shared = TypeAdapter.json_schemas(adapters)
    definitions: dict[str, Any] = dict(shared["$defs"])
    stage = dict(definitions["Stage"])
    stage["properties"] = {**stage["properties"], "retrieve": {"enum": sorted(RETRIEVERS)}}
    stage["allOf"] = [
        {
            "if": {"properties": {"retrieve": {"const": name}}},
            "then": {"properties": {"parameters": schemas[name, "validation"]}},
        }
        for name in sorted(RETRIEVERS)
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
