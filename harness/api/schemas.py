"""JSON schemas (2020-12) of what the API answers; quoted by the OpenAPI document, held true by a test."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
TRUTH: Schema = {"type": "boolean"}
ANY: Schema = {"type": "object"}


def array(items: Schema) -> Schema:
    """A list of equals."""
    return {"type": "array", "items": items}


def table(values: Schema) -> Schema:
    """An object whose keys are names."""
    return {"type": "object", "additionalProperties": values}


def fields(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
        "additionalProperties": False,
    }


def maybe(schema: Schema) -> Schema:
    """The schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def named(name: str) -> Schema:
    """A reference to another schema of :data:`SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def page(items: Schema, more: dict[str, Schema] | None = None) -> Schema:
    """One page of a list."""
    return fields({**(more or {}), "total": WHOLE, "page": WHOLE, "pages": WHOLE, "items": array(items)})


_ROW = {
    "dataset": TEXT,
    "system": TEXT,
    "family": TEXT,
    "description": TEXT,
    "created": TEXT,
    "depth": WHOLE,
    "measures": table(NUMBER),
    "tie_ranges": table(array(NUMBER)),
    "answered": WHOLE,
    "judged_queries": WHOLE,
    "tied_share": NUMBER,
    "sha256": TEXT,
    "engine": TEXT,
    "flags": table(TEXT),
    "issues": table(WHOLE),
    "parts": array(TEXT),
    "published": TEXT,
    "version": WHOLE,
    "marks": array(TEXT),
    "submitter": TEXT,
    "reproduced": table(TEXT),
}
_ROW_MAYBE = {"vectors_sha256": TEXT}
_DATASET = {
    "name": TEXT,
    "title": TEXT,
    "headline": TEXT,
    "measures": array(TEXT),
    "judged_queries": WHOLE,
    "judgments": TEXT,
    "hidden": maybe(TEXT),
    "parts": array(TEXT),
    "runs": WHOLE,
}
_FINDING = {
    "severity": {"enum": ["error", "warning", "note"]},
    "code": TEXT,
    "message": TEXT,
    "line": maybe(WHOLE),
    "query_id": maybe(TEXT),
}
_EVENT = {
    **dict.fromkeys(("time", "kind", "actor", "dataset", "system", "run", "reason", "before", "hash"), TEXT),
    "number": WHOLE,
    "details": ANY,
}
_BOARD = {
    "digest": TEXT,
    "as_of": maybe(TEXT),
    "headlines": table(TEXT),
    "incomplete": array(fields({"dataset": TEXT, "system": TEXT, "missing": array(TEXT)})),
    "tombstones": array(ANY),
}

_CLAIM = {"file": TEXT, **_FINDING, "key": maybe(TEXT)}
_ENTRY = {
    "dataset": TEXT,
    "system": TEXT,
    "sha256": TEXT,
    "scores": table(NUMBER),
    "judged_queries": WHOLE,
    "answered": WHOLE,
    "findings": array(fields(_CLAIM)),
    "duplicates": array(ANY),
    "flags": array(ANY),
}
_FILE: Schema = {"type": "string", "format": "binary"}

SUBMISSION = fields(
    {},
    {"run": _FILE, "card": _FILE, "archive": _FILE, "dataset": TEXT, "dry_run": {"enum": ["true", "false"]}},
)
"""The fields of a submission."""
REGISTRATION = fields({"name": TEXT, "contact": TEXT})
"""The fields of a registration."""

SCHEMAS: dict[str, Schema] = {
    "Problem": fields(
        {
            "type": TEXT,
            "title": TEXT,
            "status": WHOLE,
            "detail": TEXT,
            "findings": array(fields({"where": TEXT, "message": TEXT}, {"code": TEXT, "severity": TEXT})),
        },
        {"receipt": named("Receipt")},
    ),
    "Index": fields(
        {"title": TEXT, "version": TEXT, "digest": TEXT, "open": table(TRUTH), "links": table(TEXT)}
    ),
    "Row": fields(_ROW, _ROW_MAYBE),
    "Board": page(fields({"rank": WHOLE, **_ROW}, _ROW_MAYBE), _BOARD),
    "Datasets": page(fields(_DATASET)),
    "Dataset": fields({**_DATASET, "entry": ANY}),
    "Queries": page(fields({"id": TEXT, "text": TEXT})),
    "Systems": page(fields({"name": TEXT, "families": array(TEXT), "datasets": array(TEXT)})),
    "System": fields({"name": TEXT, "rows": array(named("Row"))}),
    "Runs": page(named("Row"), {"digest": TEXT}),
    "Card": ANY,
    "Scores": fields(
        {
            "dataset": TEXT,
            "system": TEXT,
            "means": table(NUMBER),
            "decimals": maybe(WHOLE),
            "tie_ranges": table(array(NUMBER)),
        },
        {"queries": array(TEXT), "values": table(array(NUMBER))},
    ),
    "Findings": page(fields(_FINDING)),
    "Comparison": {
        "type": "object",
        "required": ["measure", "judged_by", "baseline", "decimals", "method", "notes", "systems", "pairs"],
        "properties": {
            "measure": TEXT,
            "judged_by": TEXT,
            "baseline": maybe(TEXT),
            "decimals": maybe(WHOLE),
            "method": ANY,
            "notes": array(TEXT),
            "systems": array(ANY),
            "pairs": array(ANY),
        },
    },
    "Ledger": page(fields(_EVENT), {"head": TEXT}),
    "Receipt": fields(
        {
            "id": TEXT,
            "outcome": TEXT,
            "actor": TEXT,
            "time": TEXT,
            "dry_run": TRUTH,
            "entries": array(fields(_ENTRY)),
            "findings": array(fields(_CLAIM)),
            "event": maybe(WHOLE),
            "event_hash": maybe(TEXT),
            "reason": TEXT,
        }
    ),
    "Receipts": page(named("Receipt")),
    "Registration": fields({"account": TEXT, "role": TEXT, "token": TEXT, "expires": maybe(TEXT)}),
    "Account": fields({"account": TEXT, "role": TEXT, "scopes": array(TEXT)}),
    "Report": ANY,
    "Document": ANY,
}
