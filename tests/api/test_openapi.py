"""The OpenAPI document: well formed, complete, and of the routes that are served."""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Route

from harness.api.app import mount
from harness.api.openapi import document
from harness.api.operation import Operation
from harness.api.schemas import SCHEMAS
from harness.api.table import OPERATIONS
from tests.api.conftest import Stage


def test_the_document_has_the_routes_that_are_served_and_no_others(board: Stage) -> None:
    served = {
        (route.path, method)
        for route in mount(board.site).app.routes  # type: ignore[attr-defined]
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"
    }
    described = board.client.get("/api/v1/openapi.json").json()
    told = {(path, method.upper()) for path, item in described["paths"].items() for method in item}
    assert told == served
    assert described["openapi"].startswith("3.1")


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


def test_every_reference_leads_somewhere() -> None:
    text = str(document(OPERATIONS))
    assert set(re.findall(r"#/components/schemas/(\w+)", text)) <= SCHEMAS.keys()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_every_operation_says_what_a_client_needs(operation: Operation) -> None:
    (told,) = [
        item
        for path, methods in document([operation])["paths"].items()
        for item in methods.values()
        if path == operation.path
    ]
    named = {each["name"] for each in told["parameters"] if each["in"] == "path"}
    assert named == set(re.findall(r"{(\w+)}", operation.path))
    assert all(each["description"].endswith(".") for each in told["parameters"])
    assert told["summary"].endswith(".")
    assert ("security" in told) == (operation.scope is not None)
    assert ("requestBody" in told) == (operation.method == "POST")
