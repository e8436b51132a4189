"""The OpenAPI 3.1 document, made from the table of operations that the routes are made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from harness.api.operation import PREFIX, Operation
from harness.api.parameter import Parameter
from harness.api.problems import MEDIA
from harness.api.schemas import SCHEMAS, named

_ABOUT = (
    "Read the leaderboard and hand in runs. Errors are application/problem+json (RFC 9457). Answers carry an "
    "ETag; send it back as If-None-Match to learn cheaply that nothing changed. Lists come in pages with a "
    "Link header. Where a data set hides its judgments, scores are rounded and nothing about single queries "
    "is told."
)


def document(operations: Iterable[Operation]) -> dict[str, Any]:
    """The document as plain values."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Retrieval leaderboard",
            "version": version("retrieval-harness"),
            "description": _ABOUT,
        },
        "servers": [{"url": PREFIX}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "harness accounts token NAME"}
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [_parameter(each) for each in operation.parameters],
        "responses": {
            str(operation.status): {"description": "As asked for.", "content": _content(operation.result)},
            "default": {
                "description": "What is wrong with the request, or with the server.",
                "content": {MEDIA: {"schema": named("Problem")}},
            },
        },
    }
    if operation.method == "GET":
        found["responses"]["304"] = {"description": "Unchanged since the ETag of If-None-Match."}
    if operation.body is not None:
        found["requestBody"] = {"required": True, "content": {operation.media: {"schema": operation.body}}}
    if operation.scope is not None:
        found["security"] = [{"token": []}]
        found["description"] = f"Needs a token with the scope {operation.scope!r}."
    return found


def _content(result: str) -> Mapping[str, Any]:
    if "/" in result:
        return {result: {"schema": {"type": "string", "contentMediaType": result}}}
    return {"application/json": {"schema": named(result)}}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required or parameter.place == "path",
        "description": parameter.meaning,
        "schema": parameter.schema(),
    }
