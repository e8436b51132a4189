"""The table of pages: adding one is a file in ``views/`` and a line here."""

from __future__ import annotations

from typing import NamedTuple


class PageEntry(NamedTuple):
    """A page: its file beside ``main.py``, its path in the URL (empty: the start page) and its title."""

    file: str
    path: str
    title: str


PAGES = {
    "board": PageEntry("views/board.py", "", "Board"),
    "run": PageEntry("views/run.py", "run", "Run"),
    "dataset": PageEntry("views/dataset.py", "dataset", "Data set"),
}
