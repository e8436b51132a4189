"""Streamlit's modules of JavaScript in gzip: it sends them as they lie, 7 MB for a page with a table."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from leaderboard_app.shell import static_folder

PREFIX = "/static/js/"
YEAR = "public, immutable, max-age=31536000"
"""Names of these files hold their hash."""

KEPT = 400
"""Compressed files in memory: about all that there are of the pages, 3 MB."""


class CompressedScripts:
    """Answers for a module whose reader takes gzip, compressed once for all visitors; others pass."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on."""
        path = _asked(scope)
        if path is None:
            await self._app(scope, receive, send)
            return
        content = await run_in_threadpool(_compressed, path)
        headers = {"Cache-Control": YEAR, "Vary": "Accept-Encoding", "Content-Encoding": "gzip"}
        await Response(content, media_type="text/javascript", headers=headers)(scope, receive, send)


def _asked(scope: Scope) -> Path | None:
    """The module that a request is for, if it can be answered here."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    asked = scope["path"].removeprefix(scope.get("root_path", ""))
    name = asked.removeprefix(PREFIX)
    if name == asked or "/" in name or not name.endswith(".js"):
        return None
    headers = Headers(scope=scope)
    if "gzip" not in headers.get("accept-encoding", "") or "range" in headers:
        return None
    path = static_folder() / "static" / "js" / name
    return path if path.is_file() else None


@lru_cache(maxsize=KEPT)
def _compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6, mtime=0)
