"""The table of operations: routes and the OpenAPI document are both made from it."""

from __future__ import annotations

from harness.api.members import MEMBERS
from harness.api.openapi import document
from harness.api.operation import Answer, Call, Operation
from harness.api.reads import READS


def openapi(_call: Call) -> Answer:
    """The description of this table."""
    return Answer(body=document(OPERATIONS))


_DESCRIPTION = Operation(
    name="openapi",
    path="/openapi.json",
    act=openapi,
    result="Document",
    summary="This description of the API, in OpenAPI 3.1.",
)
OPERATIONS: tuple[Operation, ...] = (*READS, *MEMBERS, _DESCRIPTION)
