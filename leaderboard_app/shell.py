"""The HTML that a browser gets first: Streamlit's own, told early which parts of it a table needs."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import NamedTuple

import streamlit

TITLE = "Retrieval leaderboard"

PARTS = ("DataFrame", "Html", "Selectbox", "TextInput", "Multiselect", "PageLink", "DownloadButton")
"""Modules of Streamlit's page that it loads when the first element of their kind arrives.

Every page here has most of them; named in the head, they load while the page connects to the server.
"""


BASE = '<script>window.__streamlit = { BACKEND_BASE_URL: new URL("./", location.href).href };</script>'
"""Where the server is, said to Streamlit's page before it loads.

Else it asks for the server's health below each page's own path first, in vain, and the browser's console
fills with errors. An answer there would not do: the page would take its own path for the server's.
"""


class Shell(NamedTuple):
    """``index.html`` in pieces, which put together are the page.

    Attributes:
        head: up to the beginning of the body, without what loads modules.
        modules: the tags that load them: the entry, and what it and :data:`PARTS` are made of.
        tail: the body.
    """

    head: str
    modules: str
    tail: str


MODULE = re.compile(r'<(?:link rel="modulepreload"[^>]*>|script type="module"[^>]*></script>)\s*')


@cache
def read_shell() -> Shell:
    """Streamlit's page with the title of the board and preloads of :data:`PARTS`."""
    folder = static_folder()
    text = (folder / "index.html").read_text(encoding="utf-8")
    text = re.sub(r"<title>.*?</title>", lambda _: f"<title>{escape(TITLE)}</title>", text, count=1)
    head, body, tail = text.partition("<body>")
    known = set(re.findall(r'href="\./static/js/([^"]+)"', head))
    more = [
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">\n'
        for name in modules_of(folder, PARTS)
        if name not in known
    ]
    return Shell(
        MODULE.sub("", head).replace("<head>", f"<head>{BASE}", 1) + body,
        "".join(MODULE.findall(head) + more),
        tail,
    )


def static_folder() -> Path:
    """The folder of Streamlit's page."""
    return Path(streamlit.__file__).parent / "static"


def modules_of(folder: Path, parts: tuple[str, ...]) -> list[str]:
    """Files of JavaScript that some parts consist of, by the table that the bundler left in the entry.

    Empty where the entry is written otherwise: the page then loads them when it needs them.
    """
    found = re.search(r'src="\./static/js/([^"]+)"', (folder / "index.html").read_text(encoding="utf-8"))
    entry = (folder / "static" / "js" / found[1]).read_text(encoding="utf-8") if found else ""
    table = re.search(r"m\.f=\[([^\]]*)\]", entry)
    if not table:
        return []
    files = [Path(name).name for name in re.findall(r'"([^"]+)"', table[1])]
    wanted: dict[str, None] = {}
    for part in parts:
        needs = re.search(rf"import\(`\./{part}\.[^`]*`\).{{0,40}}?__vite__mapDeps\(\[([\d,]*)\]\)", entry)
        for number in needs[1].split(",") if needs and needs[1] else []:
            wanted[files[int(number)]] = None
    return [name for name in wanted if name.endswith(".js")]
