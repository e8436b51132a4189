"""Around every request: a bound on its body, a line of log without secrets, a word for what went wrong."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.api.operation import PREFIX
from harness.api.problems import of_error, problem
from harness.errors import RequestError
from harness.ledger.moment import utc_now

UNSAFE = "The address has a part that is no name here, such as .. or one with a backslash."
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


class Explained:
    """Gives a bare 400 under the API's prefix, as a guard before the routes sends it, the shape of a problem.

    It stands before everything else, around an application that serves more than the API.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and explain its refusal if nobody did."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        bare = False

        async def explaining(message: Message) -> None:
            nonlocal bare
            if message["type"] == "http.response.start":
                kinds = [value for name, value in message["headers"] if name.lower() == b"content-type"]
                bare = message["status"] == 400 and not any(b"json" in kind for kind in kinds)
                if bare:
                    await problem(400, UNSAFE)(scope, receive, send)
            if not bare:
                await send(message)

        await self.app(scope, receive, explaining)


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
