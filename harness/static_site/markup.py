"""HTML by small functions: every text is escaped here, so that no name, card or query can be markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import NamedTuple
from urllib.parse import quote


class Html(NamedTuple):
    """A piece of markup that is safe to stand in a page as it is."""

    text: str


LONG = 20
"""Characters from which a text needs a column of some width to be read."""

Cell = Html | str | float | int | None


def show(value: Cell) -> str:
    """Markup of a value: texts escaped, numbers to four decimals, nothing for None."""
    if isinstance(value, Html):
        return value.text
    if value is None:
        return ""
    return escape(f"{value:.4f}" if isinstance(value, float) else str(value))


def element(name: str, *inside: Cell, **attributes: str) -> Html:
    """An element; a trailing underscore of an attribute's name is dropped (``class_``)."""
    given = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{given}>{''.join(map(show, inside))}</{name}>")


def joined(pieces: Iterable[Cell], between: str = "\n") -> Html:
    """Pieces one after another."""
    return Html(between.join(map(show, pieces)))


def link(target: str, text: Cell) -> Html:
    """A link; a scheme other than http or https is shown as text."""
    if re.match(r"^[a-zA-Z][a-zA-Z0-9+.-]*:", target) and not target.startswith(("http://", "https://")):
        return Html(show(text))
    return element("a", text, href=target)


def table(
    header: Sequence[Cell], rows: Iterable[Sequence[Cell]], caption: str = "", anchor: str = ""
) -> Html:
    """A table that the page's script lets readers sort and search; numbers stand to the right.

    With an ``anchor`` its rows can be linked to: ``anchor-0``, ``anchor-1``, …
    """
    cells = [list(row) for row in rows]
    numeric = [_is_number(row[place] for row in cells) for place in range(len(header))]
    head = joined(
        (
            element("th", cell, scope="col", **({"class_": "number"} if number else {}))
            for cell, number in zip(header, numeric, strict=True)
        ),
        "",
    )
    names = ({"id": f"{anchor}-{number}"} if anchor else {} for number in range(len(cells)))
    body = joined((_row(row, name) for row, name in zip(cells, names, strict=True)), "\n")
    title = element("caption", caption) if caption else Html("")
    whole = element("table", title, element("thead", element("tr", head)), element("tbody", body))
    return element("div", whole, class_="wide", tabindex="0")


def _is_number(column: Iterable[Cell]) -> bool:
    """Whether a column holds numbers, and nothing else."""
    found = [cell for cell in column if cell is not None]
    return bool(found) and all(isinstance(cell, int | float) for cell in found)


def _row(cells: Sequence[Cell], named: Mapping[str, str]) -> Html:
    return element("tr", joined((_cell(cell) for cell in cells), ""), **named)


def _cell(cell: Cell) -> Html:
    if isinstance(cell, int | float):
        return element("td", cell, class_="number")
    if isinstance(cell, str) and len(cell) > LONG:
        return element("td", cell, class_="long")
    return element("td", cell)


def facts(pairs: Mapping[str, Cell]) -> Html:
    """Names with their values; those without a value are left out."""
    items = [
        joined([element("dt", name), element("dd", value)], "")
        for name, value in pairs.items()
        if value is not None and value != ""
    ]
    return element("dl", joined(items))


def address(*parts: str) -> str:
    """A relative path whose parts may hold any character."""
    return "/".join(quote(file_name(part), safe="") for part in parts)


def file_name(text: str) -> str:
    """A name for a file: what file systems refuse, or take for one name, is written as its code point.

    Capitals are marked, too, since some systems hold ``A`` and ``a`` for one name.
    """
    safe = re.sub(r"[^a-z0-9._-]", lambda found: f"~{ord(found[0]):x}~", text)
    return f"~{safe}" if safe.startswith(".") else safe


def page(title: str, *body: Cell, depth: int, digest: str, scripts: Sequence[str] = ()) -> str:
    """A whole page.

    Args:
        title: of the page and its first heading.
        body: what follows the heading.
        depth: folders between the page and the site's root.
        digest: of the board, for the foot.
        scripts: addresses of further scripts, relative to the page, in the order in which they run.
    """
    up = "../" * depth
    menu = joined(
        [
            link(f"{up}index.html", "Board"),
            link(f"{up}compare.html", "Compare"),
            link(f"{up}systems.html", "Systems"),
            link(f"{up}datasets.html", "Data sets"),
            link(f"{up}efficiency.html", "Efficiency"),
            link(f"{up}published.html", "Published"),
            link(f"{up}history.html", "History"),
            link(f"{up}about.html", "About"),
        ],
        " ",
    )
    inside = joined([element("h1", title), *body])
    tags = "".join(
        f'<script defer src="{escape(each)}"></script>\n' for each in (f"{up}static/site.js", *scripts)
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
        f'<link rel="stylesheet" href="{up}static/site.css">\n'
        f"{tags}</head>\n<body>\n"
        f'<nav aria-label="Pages">{menu.text}</nav>\n<main>\n{inside.text}\n</main>\n'
        f"<footer>Board {escape(digest)}</footer>\n</body>\n</html>\n"
    )
