"""The table of pages: adding one is a file in ``views/`` and a line here."""

from __future__ import annotations

from typing import NamedTuple


class PageEntry(NamedTuple):
    """A page: its file beside ``main.py``, its path in the URL (empty: the start page) and its title.

    ``parameters`` are the names that its address may have. ``listed`` pages stand in the navigation; the
    others are reached by links.
    """

    file: str
    path: str
    title: str
    parameters: tuple[str, ...] = ()
    listed: bool = True


FILTERS = ("find", "family", "licence", "training", "since", "size", "model", "reproduced", "complete")
VIEW = ("benchmark", "datasets", "measure", "columns", "as_of", *FILTERS)
COMPARED = ("dataset", "measure", "systems", "reference", "rival", "query")

PAGES = {
    "board": PageEntry("views/board.py", "", "Board", VIEW),
    "compare": PageEntry("views/compare.py", "compare", "Compare", COMPARED),
    "system": PageEntry(
        "views/system.py", "system", "Systems", ("system", "measure", "on", "baseline", "find", "family")
    ),
    "dataset": PageEntry("views/dataset.py", "dataset", "Data sets", ("dataset",)),
    "efficiency": PageEntry(
        "views/efficiency.py", "efficiency", "Efficiency", ("dataset", "measure", "cost", "machine")
    ),
    "published": PageEntry("views/published.py", "published", "Published", ("system", "dataset", "all")),
    "history": PageEntry("views/history.py", "history", "History", ("as_of", "kind", "find")),
    "submit": PageEntry("views/submit.py", "submit", "Submit"),
    "operation": PageEntry("views/operation.py", "operation", "Operation", listed=False),
    "run": PageEntry(
        "views/run.py", "run", "Run", ("dataset", "system", "measure", "find", "on", "family"), listed=False
    ),
}
