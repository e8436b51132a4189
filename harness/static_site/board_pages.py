"""The board's pages: the lists of data sets, and one page for each data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.leaderboard.benchmarks import Benchmark, offered
from harness.leaderboard.facts import accounts_told, facts_of
from harness.leaderboard.overview import Line, Overview, overview
from harness.leaderboard.row import Row
from harness.static_site.compared import can_compare, compare_address
from harness.static_site.contents import Contents
from harness.static_site.drawing import bars
from harness.static_site.markup import Cell, Html, address, element, facts, joined, link, page, table

Page = tuple[str, str]
"""Path below the site's root, and text."""


def overview_of(contents: Contents, datasets: tuple[str, ...], measure: str) -> Overview:
    """Systems on a list of data sets, with intervals and groups where single queries may be shown."""
    hidden = {name for name in contents.policy if not contents.open(name).per_query}
    return overview(
        contents.board.rows,
        datasets,
        measure,
        lambda name, systems: contents.vectors(name, list(systems), measure),
        hidden=hidden,
    )


def benchmark_of(contents: Contents, lists: dict[str, Benchmark]) -> Iterator[tuple[str, Benchmark, str]]:
    """Name, list and measure of every list whose data sets the board has and that share their headline."""
    headlines = contents.board.headlines
    for name, benchmark in lists.items():
        measures = {headlines[each] for each in benchmark.datasets if each in headlines}
        if len(measures) == 1:
            yield name, benchmark, measures.pop()


def board_pages(contents: Contents) -> Iterator[Page]:
    """``index.html``, a page for each list of several data sets, and one for each data set."""
    rows = contents.board.rows
    present = {name: {row.system for row in rows if row.dataset == name} for name in contents.datasets}
    parts = {part for entry in contents.datasets.values() for part in entry.spec.get("parts") or ()}
    lists = {
        name: benchmark
        for name, benchmark in offered(present, parts).items()
        if len(benchmark.datasets) > 1 and any(present.get(each) for each in benchmark.datasets)
    }
    found = list(benchmark_of(contents, lists))
    yield "index.html", _index(contents, found)
    yield "datasets.html", _datasets(contents)
    for name, benchmark, measure in found:
        view = overview_of(contents, benchmark.datasets, measure)
        body = [
            element("p", f"Mean of {measure} over: {', '.join(benchmark.datasets)}."),
            *_ranking(contents, view, depth=1),
        ]
        text = page(benchmark.title, *body, depth=1, digest=contents.board.digest)
        yield f"lists/{address(name)}.html", text
    for name in contents.datasets:
        yield f"datasets/{address(name)}.html", _dataset(contents, name)


def _index(contents: Contents, lists: list[tuple[str, Benchmark, str]]) -> str:
    board = contents.board
    if not board.rows:
        body: list[Cell] = [element("p", "The board has no run yet.")]
        return page("Leaderboard", *body, depth=0, digest=board.digest)
    shown = [
        (
            link(f"datasets/{address(name)}.html", name),
            contents.datasets[name].title,
            len(rows),
            board.headlines[name],
            link(f"runs/{address(name, rows[0].system)}.html", rows[0].system),
            rows[0].measures[board.headlines[name]],
        )
        for name in board.headlines
        if (rows := contents.rows_on(name))
    ]
    head = ("data set", "title", "systems", "measure", "best mean", "score")
    parts: list[Cell] = [
        element(
            "p",
            "Every score was computed from a run file by one evaluator. A best mean is not a proof: the data "
            "set's page says which systems cannot be told apart.",
        ),
        table(head, shown),
    ]
    if lists:
        items = [
            element("li", link(f"lists/{address(name)}.html", item.title), f" ({measure})")
            for name, item, measure in lists
        ]
        parts += [element("h2", "Lists of data sets"), element("ul", joined(items))]
    return page("Leaderboard", *parts, depth=0, digest=board.digest)


def _datasets(contents: Contents) -> str:
    shown = [
        (
            link(f"datasets/{address(name)}.html", name),
            entry.title,
            entry.judged_queries or None,
            str(entry.spec.get("domain") or ""),
            str(entry.spec.get("licence") or ""),
        )
        for name, entry in contents.datasets.items()
    ]
    body = table(("data set", "title", "judged queries", "domain", "licence"), shown)
    return page("Data sets", body, depth=0, digest=contents.board.digest)


def _ranking(contents: Contents, view: Overview, depth: int) -> list[Cell]:
    """The plot, the table and the sentences below it."""
    several = len(view.datasets) > 1
    head = ["group", "system", "family", view.measure, "95 % from", "to"]
    head += [f"{name}" for name in view.datasets] if several else []
    told = accounts_told(facts_of(line, contents.profiles) for line in view.lines)
    head += ["answered", "judged", "tied pairs", "first stage", "re-ranked", *told, "reproduced"]
    body: list[Cell] = [bars(view.lines, view.measure)]
    body.append(table(head, (_cells(contents, view, line, told, depth) for line in view.lines)))
    if view.rule:
        body.append(
            element("p", "Group 1 + n: n systems are significantly better. " + view.rule, class_="soft")
        )
    if view.note:
        body.append(element("p", view.note, class_="soft"))
    if several:
        body.append(element("p", "A system that lacks a data set has no mean and no group.", class_="soft"))
    return body


def _cells(contents: Contents, view: Overview, line: Line, accounts: Sequence[str], depth: int) -> list[Cell]:
    told = facts_of(line, contents.profiles)
    up = "../" * depth
    target = f"{up}runs/{address(next(iter(line.rows)), line.system)}.html"
    cells: list[Cell] = [line.group, link(target, line.system), line.family, line.value, line.low, line.high]
    if len(view.datasets) > 1:
        cells += [_score(line.rows.get(name), view.measure) for name in view.datasets]
    return [
        *cells,
        f"{told.answered}/{told.judged_queries}",
        told.judged,
        told.tied_share,
        told.first_stage,
        told.rerank_depth,
        *(getattr(told, name) for name in accounts),
        told.reproduced_last if told.reproduced else "",
    ]


def _score(row: Row | None, measure: str) -> Cell:
    return row.measures[measure] if row else None


def _dataset(contents: Contents, name: str) -> str:
    entry, rows = contents.datasets[name], contents.rows_on(name)
    spec = entry.spec
    measure = contents.board.headlines[name]
    body: list[Cell] = [element("p", entry.title)]
    if can_compare(contents, name):
        body.append(
            element("p", link(f"../{compare_address(name)}.html", "Compare its systems, pair by pair"))
        )
    if rows:
        body += _ranking(contents, overview_of(contents, (name,), measure), depth=1)
        body += [element("h2", "All measures"), _all_measures(rows)]
    else:
        body.append(element("p", "No run on this data set yet."))
    body += [*_gravestones(contents, name), element("h2", "The data set"), _about(spec, entry.judgments)]
    return page(name, *body, depth=1, digest=contents.board.digest)


def _all_measures(rows: list[Row]) -> Html:
    measures = list(dict.fromkeys(measure for row in rows for measure in row.measures))
    return table(
        ["system", *measures],
        (
            [
                link(f"../runs/{address(row.dataset, row.system)}.html", row.system),
                *(row.measures.get(measure) for measure in measures),
            ]
            for row in rows
        ),
    )


def _gravestones(contents: Contents, name: str) -> Iterator[Cell]:
    stones = [stone for stone in contents.board.tombstones if stone.dataset == name]
    if stones:
        yield element("h2", "Withdrawn")
        yield table(
            ("system", "withdrawn", "reason", "run"),
            ((stone.system, stone.withdrawn[:10], stone.reason, stone.run) for stone in stones),
        )


def _about(spec: object, judgments: str) -> Html:
    """The catalogue's facts; nested values as text."""
    given = dict(spec) if isinstance(spec, dict) else {}
    pairs: dict[str, Cell] = {
        key.replace("_", " "): _text(value) for key, value in given.items() if value not in (None, "", [], {})
    }
    return facts({**pairs, "fingerprint of the judgments": judgments})


def _text(value: object) -> Cell:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(item)}" for key, item in value.items() if item not in (None, ""))
    if isinstance(value, list | tuple):
        return ", ".join(str(_text(item)) for item in value)
    text = str(value)
    return link(text, text) if text.startswith(("http://", "https://")) else text
