"""The table of pages: adding one is a file in ``views/`` and a line here."""

from __future__ import annotations

from typing import NamedTuple


class PageEntry(NamedTuple):
    """A page: its file beside ``main.py``, its path in the URL (empty: the start page) and its title.

    ``listed`` pages stand in the navigation; the others are reached by links.
    """

    file: str
    path: str
    title: str
    listed: bool = True


PAGES = {
    "board": PageEntry("views/board.py", "", "Board"),
    "compare": PageEntry("views/compare.py", "compare", "Compare"),
    "system": PageEntry("views/system.py", "system", "Systems"),
    "dataset": PageEntry("views/dataset.py", "dataset", "Data sets"),
    "efficiency": PageEntry("views/efficiency.py", "efficiency", "Efficiency"),
    "published": PageEntry("views/published.py", "published", "Published"),
    "history": PageEntry("views/history.py", "history", "History"),
    "submit": PageEntry("views/submit.py", "submit", "Submit"),
    "operation": PageEntry("views/operation.py", "operation", "Operation", listed=False),
    "run": PageEntry("views/run.py", "run", "Run", listed=False),
}
