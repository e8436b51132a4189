"""Around every request: a bound on its body, a line of log without secrets, a word for what went wrong."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.api.problems import of_error, problem
from harness.errors import RequestError
from harness.ledger.moment import utc_now

LOG = logging.getLogger("harness.api")


class Logged:
    """Writes one line of JSON a request: never its query, body or headers, which may hold secrets."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note what came of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, noted = time.monotonic(), {"status": 0, "bytes": 0}

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                noted["status"] = message["status"]
            noted["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            LOG.exception(json.dumps({"time": utc_now(), "error": type(error).__name__}))
            if noted["status"]:
                raise  # the answer has begun; nothing but breaking off tells that it is not whole
            await of_error(error)(scope, receive, noting)
        finally:
            LOG.info(json.dumps(_line(scope, noted, time.monotonic() - started), ensure_ascii=True))


def _line(scope: Scope, noted: dict[str, int], seconds: float) -> dict[str, Any]:
    client = scope.get("client")
    return {
        "time": utc_now(),
        "method": scope["method"],
        "path": scope["path"][:300],
        "status": noted["status"],
        "bytes": noted["bytes"],
        "milliseconds": round(seconds * 1000, 1),
        "address": client[0] if client else "",
        "account": scope.get("state", {}).get("account", ""),
    }


class Bounded:
    """Refuses a body that is too large: at its stated length, or as soon as it has grown too long."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app, self.most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what is read of its body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        stated = dict(scope["headers"]).get(b"content-length", b"0")
        if not stated.isdigit() or int(stated) > self.most:
            await self._refusal()(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.most:
                raise RequestError(413, self._told())
            return message

        await self.app(scope, counted, send)

    def _refusal(self) -> ASGIApp:
        return problem(413, self._told(), headers={"Connection": "close"})

    def _told(self) -> str:
        return f"The body is larger than the {self.most:,} bytes that are read here."
