"""The board as plain HTML in the page's first answer, to be read while Streamlit's page is loading.

It has the title, the sentence about the first group, and the first rows, with links that work; the script
beside it takes it away when the interactive table is drawn. Without scripts it stays.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from harness.errors import HarnessError
from harness.leaderboard.facts import Facts, accounts_told
from harness.leaderboard.overview import Line
from harness.static_site.markup import Cell, Html, element, joined, link
from leaderboard_app.asked import Asked, asked
from leaderboard_app.filter_choices import offered
from leaderboard_app.first_group import leaders
from leaderboard_app.frames import badge, coverage, open_ranks, span
from leaderboard_app.links import system_link
from leaderboard_app.pages import PAGES
from leaderboard_app.shell import TITLE
from leaderboard_app.store import Listed, read_overview, read_snapshot

LOG = logging.getLogger(__name__)

ROWS = 25
"""As many as the interactive table shows at once."""

COLUMNS = 8
"""Data sets beside their mean; the interactive table has all."""


def first_paint(items: Iterable[tuple[str, str]]) -> str:
    """Markup for the beginning of the body; empty where the page shows something else than a table.

    Args:
        items: names and values of the address.
    """
    try:
        snapshot = read_snapshot()
        wanted = asked(snapshot, items) if snapshot.board.rows else None
        if wanted is None:
            return ""
        listed = read_overview(wanted.view.datasets, wanted.view.measure, wanted.day)
        return board_markup(wanted, listed, snapshot.board.digest)
    except (HarnessError, SQLAlchemyError):
        return ""  # the page itself says what is wrong, in its own words
    except Exception:
        LOG.exception("The first paint of the board failed; the page is drawn without it.")
        return ""


def board_markup(wanted: Asked, listed: Listed, digest: str) -> str:
    """The board's beginning: navigation, title, who leads, first rows."""
    chosen = offered(wanted.chosen, listed.lines)
    kept = [(line, facts) for line, facts in listed.lines if chosen.keeps(line, facts)]
    main = element(
        "main",
        element("h1", TITLE),
        element("p", about(digest), class_="soft"),
        _choices(wanted),
        element("p", _told(wanted, listed, len(kept)), class_="soft"),
        _leaders(listed),
        _table(kept[:ROWS], listed, wanted.view.datasets),
        element("p", "The table that can be filtered and sorted is loading …", class_="soft", role="status"),
    )
    style, script = first_paint_style(), _file("first_paint.js")
    inside = joined([navigation(), main])
    return (
        f'<style>{style}</style><div id="first-paint">{inside.text}</div>'
        f"<noscript><style>#first-paint {{ position: static }} #first-paint [role=status] {{ display: none }}"
        f"</style></noscript><script>{script}</script>"
    )


def about(digest: str) -> str:
    """What a score of the board is."""
    return (
        "Every score is computed here from the run file itself; nothing is taken from a submitter. "
        f"Board digest {digest[:12]}…"
    )


def _choices(wanted: Asked) -> Html:
    """The choices as words, where their fields are going to stand."""
    pairs = (("Benchmark", wanted.view.title), ("Measure", wanted.view.measure))
    cells = [element("span", element("small", name), element("b", value)) for name, value in pairs]
    return element("div", joined(cells), class_="choices")


def _told(wanted: Asked, listed: Listed, kept: int) -> str:
    total, view = len(listed.overview.lines), wanted.view
    several = len(view.datasets) > 1
    over = f"mean of {view.measure} over {len(view.datasets)} data sets" if several else view.measure
    day = f"at the end of {wanted.day} · " if wanted.day else ""
    count = f"{total}" if kept == total else f"{kept} of {total}"
    return f"{day}{count} system{'s' * (total != 1)} · ordered by {over}"


def navigation() -> Html:
    """Links to the listed pages, relative to the board."""
    links = [link(f"./{entry.path}", entry.title) for entry in PAGES.values() if entry.listed]
    return element("nav", joined(links), **{"aria-label": "Pages"})


def _leaders(listed: Listed) -> Html:
    found = leaders(listed.overview)
    if not found:
        return Html("")
    names = joined([link(f"./{system_link(name)}", name) for name in found.systems], ", ")
    more = f" and {found.more} more" if found.more else ""
    return element("p", f"{found.said} ", names, f"{more}.")


def _table(kept: Sequence[tuple[Line, Facts]], listed: Listed, datasets: Sequence[str]) -> Html:
    measure = listed.overview.measure
    shown = datasets[:COLUMNS] if len(datasets) > 1 else ()
    told = accounts_told(facts for _, facts in listed.lines)
    head = ["Group", "System", f"Mean {measure}" if shown else measure, "95 % interval", "Open ranks"]
    head += ["Data sets"] if shown else []
    head += [
        "Family",
        "Reproduced",
        *shown,
        "Coverage",
        "Judged",
        "Tied pairs",
        "First stage",
        "Re-rank depth",
        *(name.capitalize() for name in told),
        "Date",
    ]
    cells = joined([element("th", name, scope="col") for name in head], "")
    rows = joined([_row(line, facts, listed, shown, told) for line, facts in kept])
    table = element("table", element("thead", element("tr", cells)), element("tbody", rows))
    return element("div", table, class_="wide")


def _row(line: Line, facts: Facts, listed: Listed, shown: Sequence[str], told: Sequence[str]) -> Html:
    found = listed.overview
    cells: list[Cell] = [line.group, link(f"./{system_link(line.system)}", line.system), line.value]
    cells += [span(line.low, line.high), open_ranks(line)]
    cells += [f"{len(line.rows)} of {len(found.datasets)}"] if shown else []
    cells += [line.family, badge(line, facts)]
    cells += [line.rows[name].measures[found.measure] if name in line.rows else None for name in shown]
    cells += [coverage(facts), _share(facts.judged), _share(facts.tied_share), facts.first_stage]
    cells += [
        facts.rerank_depth,
        *(_count(getattr(facts, name)) for name in told),
        facts.created,
    ]
    drawn = [element("td", cell, **({"class": "number"} if _number(cell) else {})) for cell in cells]
    return element("tr", joined(drawn, ""))


def _share(share: float | None) -> str:
    """Two decimals at most, as the table's own percentages have."""
    return "" if share is None else f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"


def _count(number: float | None) -> Cell:
    """A count without decimals, money with them."""
    return int(number) if number is not None and number == int(number) else number


def _number(cell: Cell) -> bool:
    return isinstance(cell, int | float)


def first_paint_style() -> str:
    """The style of markup inside an element ``first-paint``: that of the pages, without Streamlit's."""
    return _file("first_paint.css")


@cache
def _file(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
