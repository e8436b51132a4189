"""What the server of the leaderboard answers beside Streamlit's own routes: the pages' HTML."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from harness.api.middleware import Explained
from leaderboard_app.addresses import meant_page
from leaderboard_app.compressed import CompressedScripts
from leaderboard_app.first_paint import first_paint
from leaderboard_app.pages import PAGES
from leaderboard_app.shell import read_shell
from leaderboard_app.unknown_pages import UnknownPages

# A page's caches show a spinner to a session; the first paint has none, which is no reason to warn.
logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").addFilter(
    lambda record: "missing ScriptRunContext" not in record.getMessage()
)


def routes() -> list[BaseRoute]:
    """Routes that take precedence over those of Streamlit."""
    return [
        Route("/", board_html, methods=["GET"]),
        *(Route(f"/{entry.path}", page_html, methods=["GET"]) for entry in PAGES.values() if entry.path),
    ]


def middleware() -> list[Middleware]:
    """What stands before all routes."""
    return [Middleware(Explained), Middleware(CompressedScripts), Middleware(UnknownPages)]


def warm_up() -> None:
    """Look up the usual board in the background, so that the first visitor after a start need not wait."""
    threading.Thread(target=first_paint, args=([],), daemon=True, name="warm-up").start()


async def board_html(request: Request) -> Response:
    """The board's page with its first rows; the head is sent before these are looked up.

    What loads the modules stands in a template then, and the script of the first paint takes it out when the
    rows are painted: compiling four megabytes would come before them else.
    """
    other = meant_page(request.query_params.multi_items())
    if other:
        return RedirectResponse(other)
    shell = read_shell()

    async def pieces() -> AsyncIterator[str]:
        yield shell.head
        rows = await run_in_threadpool(first_paint, request.query_params.multi_items())
        yield f'<template id="modules">{shell.modules}</template>{rows}' if rows else shell.modules
        yield shell.tail

    return StreamingResponse(pieces(), media_type="text/html", headers={"Cache-Control": "no-cache"})


async def page_html(_request: Request) -> Response:
    """Any other page: what draws it is told early what it needs."""
    shell = read_shell()
    return Response(
        shell.head + shell.modules + shell.tail, media_type="text/html", headers={"Cache-Control": "no-cache"}
    )
