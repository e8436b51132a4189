"""An answer for an address that is no page: Streamlit would show the board, as if nothing were."""

from __future__ import annotations

from difflib import get_close_matches

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.static_site.markup import Html, element, joined, link
from leaderboard_app.first_paint import first_paint_style, navigation
from leaderboard_app.pages import PAGES

KNOWN = {f"/{entry.path}" for entry in PAGES.values()}


class UnknownPages:
    """Puts a page with status 404 in the place of the one that Streamlit sends for whatever it does not know.

    What else it serves (its files, its own routes) passes, and so does the JSON API: none of it is HTML.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and look at what comes back for one that is for no page."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or path in KNOWN:
            await self._app(scope, receive, send)
            return
        unknown = False

        async def watched(message: Message) -> None:
            nonlocal unknown
            if message["type"] == "http.response.start" and _is_page(message):
                unknown = True
                await HTMLResponse(unknown_page(path), status_code=404)(scope, receive, send)
            elif not unknown:
                await send(message)

        await self._app(scope, receive, watched)


def _is_page(start: Message) -> bool:
    kinds = [value for name, value in start["headers"] if name.lower() == b"content-type"]
    return start["status"] == 200 and any(kind.startswith(b"text/html") for kind in kinds)


def unknown_page(path: str) -> str:
    """A whole page that says so, with the way to the board and to the page that was perhaps meant."""
    up = "../" * (path.count("/") - 1)
    names = {entry.path: entry.title for entry in PAGES.values() if entry.path}
    near = get_close_matches(path.strip("/").casefold(), names, n=1)
    meant = element("p", "Did you mean ", link(near[0], names[near[0]]), "?") if near else Html("")
    main = element(
        "main",
        element("h1", "No such page"),
        element("p", f"This leaderboard has no page {path}."),
        meant,
        element("p", link("./", "To the board")),
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<base href="{up or "./"}">\n'
        '<link rel="shortcut icon" href="favicon.png">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>No such page</title>\n<style>{first_paint_style()}</style>\n</head>\n"
        f'<body><div id="first-paint">{joined([navigation(), main]).text}</div></body>\n</html>\n'
    )
