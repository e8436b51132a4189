"""History and the page that explains the site."""

from __future__ import annotations

from collections.abc import Iterator

from harness.ledger.event import Event
from harness.ledger.words import sentence
from harness.static_site.board_pages import Page
from harness.static_site.contents import Contents
from harness.static_site.markup import Cell, address, element, joined, link, page, table

WORDS = (
    "Every number here was computed from a run file; nothing that a submitter claims is shown as a score.",
    "A judged query that a run lacks scores the measure's floor, and means are over all judged queries.",
    "Order is trec_eval's: score descending, ties by document id descending. Beside each mean stand the "
    "lowest, expected and highest value over all orders of tied documents.",
    "Systems of one group cannot be told apart by the test that the table names.",
    "The run files are not part of this site: each page names its file in the record and the hash of its "
    "content, so that a copy from anywhere can be checked with: harness validate FILE",
)


def other_pages(contents: Contents) -> Iterator[Page]:
    """``history.html`` and ``about.html``."""
    yield "history.html", _history(contents)
    yield "about.html", _about(contents)


def _history(contents: Contents) -> str:
    if not contents.events:
        body: Cell = element("p", "The record has no ledger: its runs were put there by hand.")
    else:
        head = ("no.", "time, UTC", "what happened", "run")
        body = table(head, (_event(contents, event) for event in reversed(contents.events)))
    return page("History", body, depth=0, digest=contents.board.digest)


def _event(contents: Contents, event: Event) -> list[Cell]:
    """A row of the history: few columns, so that it can be read on a phone."""
    shown = (event.dataset, event.system) in contents.ids
    run = link(f"runs/{address(event.dataset, event.system)}.html", "page") if shown else ""
    day = element("span", event.time[:10], class_="keep")
    return [event.number, joined([day, event.time[11:16]], " "), sentence(event), run]


def _about(contents: Contents) -> str:
    board = contents.board
    files = [
        ("board.sqlite", "all rows, means and, where judgments are open, values of every query"),
        ("data/board.json", "the board as one JSON document"),
        ("data/scores.csv", "a line for each system, data set and measure"),
    ]
    items = [element("li", link(name, name), f": {what}") for name, what in files]
    body: list[Cell] = [
        *(element("p", text) for text in WORDS),
        element("h2", "Data"),
        element("ul", joined(items)),
        element("p", f"Digest of the board: {board.digest}"),
    ]
    if board.as_of:
        body.append(element("p", f"The board as it was at {board.as_of}."))
    return page("About this board", *body, depth=0, digest=board.digest)
