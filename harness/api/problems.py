"""What goes wrong, in one shape: ``application/problem+json`` (RFC 9457) with every finding."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from harness.errors import (
    CommandError,
    DataError,
    HarnessError,
    MissingExtraError,
    Problem,
    RequestError,
    ScoreError,
    StoreError,
    UnavailableError,
    UnknownNameError,
)

MEDIA = "application/problem+json"

_STATUS: tuple[tuple[type[HarnessError], int], ...] = (
    (UnknownNameError, 404),
    (MissingExtraError, 501),
    (CommandError, 400),
    (StoreError, 503),
    (UnavailableError, 503),
    (ScoreError, 422),
    (DataError, 422),
    (HarnessError, 422),
)


def problem(
    status: int,
    detail: str,
    findings: Iterable[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """A response that says what is wrong.

    Args:
        status: HTTP's code.
        detail: a sentence for people.
        findings: everything that was found wrong: ``where``, ``message``, and where known more.
        headers: more of them, such as ``Retry-After``.
        more: further members of the body (RFC 9457, section 3.2).
    """
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "findings": [dict(found) for found in findings],
        **(more or {}),
    }
    text = json.dumps(body, ensure_ascii=False, indent=2).encode()
    return Response(text, status, headers={"Cache-Control": "no-store", **(headers or {})}, media_type=MEDIA)


def of_error(error: Exception) -> Response:
    """The response to an error; one that nobody raised on purpose says nothing of the inside."""
    if isinstance(error, RequestError):
        headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
        if error.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return problem(error.status, error.headline, _listed(error.problems), headers)
    if isinstance(error, HTTPException):
        return problem(error.status_code, _told(error), headers=error.headers)
    if isinstance(error, SQLAlchemyError):
        return problem(503, "The store is there but does not answer; try again in a moment.")
    for kind, status in _STATUS:
        if isinstance(error, kind):
            found = error.problems if isinstance(error, DataError) else ()
            detail = error.headline if isinstance(error, DataError) else str(error)
            if isinstance(error, StoreError):  # it names places on the server
                return problem(status, "The board cannot be read; its operator's log says why.")
            return problem(status, detail, _listed(found))
    return problem(500, "Something is wrong on the server; its log has the traceback.")


def _listed(problems: Iterable[Problem]) -> list[dict[str, str]]:
    return [each._asdict() for each in problems]


def _told(error: HTTPException) -> str:
    if error.status_code == 404:
        return "There is nothing at this address; /api/v1/openapi.json has what there is."
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        return f"This address does not take that method. It takes: {allowed}."
    return str(error.detail)
