"""Answers as HTTP responses: canonical JSON with an ETag, files, and 304 where nothing changed (RFC 9110)."""

from __future__ import annotations

import hashlib
import json
import os

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from harness.api.operation import Answer, Operation
from harness.api.problems import problem

_PUBLIC = "public, max-age=0, must-revalidate"
_PRIVATE = "private, no-store"


def respond(request: Request, operation: Operation, answer: Answer) -> Response:
    """The response to a request that went well."""
    headers = {"Cache-Control": _PRIVATE if answer.private else _PUBLIC, **answer.headers}
    if answer.file is not None:
        tag = _tag(answer.stamp.encode())
        if _unchanged(request, tag):
            return Response(status_code=304, headers={**headers, "ETag": tag})
        return FileResponse(
            answer.file,
            media_type=operation.result,
            filename=answer.name,
            headers={**headers, "ETag": tag},
            stat_result=os.stat(answer.file),  # noqa: PTH116  (what the parameter takes)
        )
    if answer.status == 422:
        return _refused(answer)
    body = json.dumps(answer.body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    status = operation.status if answer.status is None else answer.status
    if request.method in {"GET", "HEAD"}:
        headers["ETag"] = _tag(body)
        if _unchanged(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
    return Response(body, status, headers=headers, media_type="application/json")


def _refused(answer: Answer) -> Response:
    """A submission that was not let in: its receipt as a problem, with every finding."""
    receipt = answer.body
    every = [*receipt["findings"], *(item for entry in receipt["entries"] for item in entry["findings"])]
    findings = [
        {
            "where": ":".join(str(part) for part in (item["file"], item["line"], item["key"]) if part),
            "message": item["message"],
            "code": item["code"],
            "severity": item["severity"],
        }
        for item in every
    ]
    return problem(422, "The submission was refused.", findings, more={"receipt": receipt})


def _tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _unchanged(request: Request, tag: str) -> bool:
    """Whether the client has this very content; a proxy may have weakened the tag."""
    asked = request.headers.get("if-none-match", "")
    return asked.strip() == "*" or tag in {each.strip().removeprefix("W/") for each in asked.split(",")}
