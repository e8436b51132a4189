"""Pages that set systems side by side, a data set each: every pair as a table, any pair by a small script.

All statistics are made here, by the functions of the leaderboard's own compare page; the script only looks a
pair up and sorts the queries. Its data is a script, too, since a page from the disk may fetch nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice

from harness.leaderboard.standing import CORRECTION_WORDS, TEST_WORDS
from harness.static_site.board_pages import Page
from harness.static_site.compared import Compared, compare_address, compared_on, data_script
from harness.static_site.contents import Contents
from harness.static_site.markup import Cell, Html, address, element, file_name, joined, link, page, table
from harness.statistics.comparison import PairRow

LISTED = 500
"""Pairs in a table at most; the script knows all of them."""

NOTES = 5
"""Remarks of the test that are shown."""

HEAD = (
    "verdict",
    "difference",
    "95 % from",
    "to",
    "p",
    "p corrected",
    "Hedges' g",
    "wins",
    "ties",
    "losses",
)


def compare_pages(contents: Contents) -> Iterator[Page]:
    """``compare.html``, and page and data of each data set whose queries may be shown."""
    told: list[tuple[Cell, ...]] = []
    for name in contents.datasets:
        each = compared_on(contents, name)
        if each is None:
            continue
        pairs = list(each.found.pairs())
        apart = f"{sum(pair.differs for pair in pairs):,} of {len(pairs):,}"
        title, target = contents.datasets[name].title, f"{compare_address(name)}.html"
        told.append((link(target, name), title, each.measure, len(each.names), each.found.queries, apart))
        yield f"compare/{file_name(name)}.html", _page(contents, each)
        yield f"compare/{file_name(name)}.js", data_script(contents, each)
    yield "compare.html", _index(contents, told)


def _index(contents: Contents, told: list[tuple[Cell, ...]]) -> str:
    body: list[Cell] = [element("p", "Nothing can be compared: that takes two runs on one data set.")]
    if told:
        head = ("data set", "title", "measure", "systems", "queries", "pairs told apart")
        words = "Choose a data set to set any two of its systems side by side, query by query."
        body = [element("p", words), table(head, told)]
    closed = [name for name in contents.datasets if not contents.open(name).per_query]
    if closed:
        names = ", ".join(closed)
        body.append(
            element("p", f"The judgments are hidden, so nothing is compared on: {names}.", class_="soft")
        )
    return page("Compare systems", *body, depth=0, digest=contents.board.digest)


def _page(contents: Contents, each: Compared) -> str:
    first, *others = each.names
    target = f"../datasets/{address(each.dataset)}.html"
    body: list[Cell] = [
        element("p", link(target, contents.datasets[each.dataset].title), f" · by {each.measure}"),
        _chooser(each),
        *_method(each),
        element("h2", f"Each against {first}, which has the highest mean"),
        _pairs(each, [each.found.pair(other, first) for other in others], against=False),
        *_all_pairs(each),
    ]
    scripts = (f"{address(each.dataset)}.js", "../static/compare.js")
    title = f"Compare systems on {each.dataset}"
    return page(title, *body, depth=1, digest=contents.board.digest, scripts=scripts)


def _chooser(each: Compared) -> Html:
    """What the script fills: two choices, a sentence, a drawing and a table of the queries."""
    fields = [
        element("label", name.capitalize(), " ", element("select", id=name), class_="choice")
        for name in ("system", "reference")
    ]
    parts = [
        element("p", *fields, element("button", "Swap", id="swap", type="button"), class_="choices"),
        element("p", id="verdict", role="status"),
        element("div", id="queries"),
    ]
    words = "Choosing two systems needs this page's script; the tables below hold the pairs without it."
    return joined(
        [
            element("section", joined(parts), id="pair", hidden="", **{"aria-label": "Two systems"}),
            element("noscript", element("p", words, class_="soft")),
        ]
    )


def _method(each: Compared) -> Iterator[Cell]:
    """How the pairs were decided, and who is left out."""
    method, count = each.found.method, len(each.names)
    yield element(
        "p",
        f"{TEST_WORDS[method.test].capitalize()} over {each.found.queries:,} queries, "
        f"{CORRECTION_WORDS[method.correction]} for all {count * (count - 1) // 2:,} pairs on this page, 5 % "
        "level. Intervals of a difference are Student's at 95 %, each for itself. Hedges' g below 0.2 is "
        "negligible, below 0.5 small, below 0.8 medium (Cohen 1988).",
        class_="soft",
    )
    for note in method.notes[:NOTES]:
        yield element("p", note, class_="soft")
    if count < each.total:
        words = f"The {count} systems of the highest means out of {each.total} are here; "
        yield element("p", words, link("../board.sqlite", "board.sqlite"), " has the values of all.")


def _all_pairs(each: Compared) -> Iterator[Cell]:
    """A folded table of every pair, or of those that come first."""
    count = len(each.names)
    if count < 3:
        return
    total = count * (count - 1) // 2
    title = f"All {total:,} pairs" if total <= LISTED else f"The first {LISTED} of {total:,} pairs"
    pairs = list(islice(each.found.pairs(), LISTED))
    yield element("details", element("summary", title), _pairs(each, pairs, against=True))


def _pairs(each: Compared, pairs: Sequence[PairRow], *, against: bool) -> Html:
    head = ("system", "against", *HEAD) if against else ("system", *HEAD)
    return table(head, (_pair(each, pair, against) for pair in pairs))


def _pair(each: Compared, pair: PairRow, against: bool) -> list[Cell]:
    verdict = ("better" if pair.difference > 0 else "worse") if pair.differs else "not told apart"
    names = (pair.first, pair.second) if against else (pair.first,)
    return [
        *(link(f"../runs/{address(each.dataset, name)}.html", name) for name in names),
        element("span", verdict, class_="keep"),
        *map(_plain, (pair.difference, pair.low, pair.high, pair.p, pair.p_corrected, pair.effect)),
        pair.wins,
        pair.ties,
        pair.losses,
    ]


def _plain(value: float) -> float | None:
    """A number at the digits that are shown, so that none reads as minus nought; None for an infinite one."""
    return round(value, 4) + 0.0 if math.isfinite(value) else None
