"""Pages over all systems: the list, what they cost, and published figures beside computed ones."""

from __future__ import annotations

from collections.abc import Iterator

from harness.efficiency.front import Placed, Point, classes_of, place
from harness.leaderboard.against import Claim, beside
from harness.leaderboard.row import Row
from harness.reproduction.published import published
from harness.static_site.board_pages import Page
from harness.static_site.contents import Contents
from harness.static_site.markup import Cell, address, element, joined, link, page, table
from harness.static_site.scatter import scatter


def system_pages(contents: Contents) -> Iterator[Page]:
    """``systems.html``, ``efficiency.html`` and ``published.html``."""
    yield "systems.html", _systems(contents)
    yield "efficiency.html", _efficiency(contents)
    yield "published.html", _published(contents)


def _systems(contents: Contents) -> str:
    systems: dict[str, list[Row]] = {}
    for row in contents.board.rows:
        systems.setdefault(row.system, []).append(row)
    rows = (_system(contents, found) for _, found in sorted(systems.items()))
    head = ("system", "family", "runs on", "first stage", "licence", "description")
    body: Cell = table(head, rows) if systems else element("p", "The board has no run yet.")
    return page("Systems", body, depth=0, digest=contents.board.digest)


def _system(contents: Contents, rows: list[Row]) -> list[Cell]:
    cards = [card for row in rows if (card := contents.profiles.get((row.dataset, row.system)))]
    runs = (link(f"runs/{address(row.dataset, row.system)}.html", row.dataset) for row in rows)
    return [
        rows[0].system,
        rows[0].family,
        joined(runs, ", "),
        ", ".join(dict.fromkeys(card.first_stage for card in cards if card.first_stage)),
        ", ".join(dict.fromkeys(card.licence for card in cards if card.licence)),
        rows[0].description,
    ]


def _efficiency(contents: Contents) -> str:
    body: list[Cell] = [
        element(
            "p",
            "Costs are what the maker of a run reports. Times are compared inside one class of machine only, "
            "that of most runs on the data set; on its Pareto front nobody is both better and quicker.",
        )
    ]
    for name in contents.datasets:
        rows = [row for row in contents.rows_on(name) if not row.parts]
        if rows:
            body += [element("h2", name), _costs(contents, rows)]
    if len(body) == 1:
        body.append(element("p", "The board has no run yet."))
    return page("Efficiency", *body, depth=0, digest=contents.board.digest)


def _costs(contents: Contents, rows: list[Row]) -> Cell:
    measure = contents.board.headlines[rows[0].dataset]
    known = {row.system: contents.profiles[row.dataset, row.system].costs for row in rows}
    points = [
        Point(row.system, row.measures[measure], known[row.system].query_ms, known[row.system].machine_class)
        for row in rows
    ]
    classes = classes_of(points)
    placed = place(points, classes[0] if classes else "")
    head = (
        "system",
        measure,
        "ms a query",
        "95th percentile, ms",
        "index, MB",
        "tokens",
        "machine",
        "place",
    )
    costs = table(head, (_cost(contents, row, each) for row, each in zip(rows, placed, strict=True)))
    return joined([scatter(placed, measure, "milliseconds a query"), costs])


def _cost(contents: Contents, row: Row, each: Placed) -> list[Cell]:
    costs = contents.profiles[row.dataset, row.system].costs
    where = (
        "on the front"
        if each.on_front
        else f"not compared: {each.left_out}"
        if each.left_out
        else "behind it"
    )
    return [
        link(f"runs/{address(row.dataset, row.system)}.html", row.system),
        each.point.value,
        costs.query_ms,
        costs.p95_ms,
        None if costs.index_bytes is None else costs.index_bytes / 1e6,
        costs.tokens,
        costs.machine_class,
        where,
    ]


def _published(contents: Contents) -> str:
    evidence = {
        Claim(
            each.system, each.dataset, each.measure, each.value, each.digits, each.label, each.source
        ): each.evidence
        for each in published()
    }
    found = [each for each in beside(list(evidence), contents.board.rows) if each.computed is not None]
    text = (
        "What papers and repositories report beside the mean of the run here; published figures are never "
        "used as scores. “Computed” is a mean of figures that the source prints."
    )
    rows = (
        (
            link(f"runs/{address(each.claim.dataset, each.claim.system)}.html", each.claim.system),
            each.claim.dataset,
            each.claim.measure,
            each.claim.value,
            each.computed,
            round(each.difference or 0.0, 4) + 0.0,
            each.verdict,
            evidence[each.claim],
            each.claim.source,
        )
        for each in found
    )
    head = (
        "system",
        "data set",
        "measure",
        "published",
        "computed here",
        "difference",
        "verdict",
        "read in",
        "source",
    )
    body = table(head, rows) if found else element("p", "No run here has a published figure beside it.")
    return page("Published", element("p", text), body, depth=0, digest=contents.board.digest)
