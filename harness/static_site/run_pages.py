"""One page for each run: scores, how it was made, what was found, values of single queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from harness.leaderboard.row import Row
from harness.static_site.board_pages import Page
from harness.static_site.compared import is_compared, pair_address
from harness.static_site.contents import Contents
from harness.static_site.markup import Cell, address, element, facts, file_name, joined, link, page, table


def run_pages(contents: Contents) -> Iterator[Page]:
    """The pages of all rows, macro averages included."""
    for row in contents.board.rows:
        yield f"runs/{file_name(row.dataset)}/{file_name(row.system)}.html", _run(contents, row)


def _run(contents: Contents, row: Row) -> str:
    card = contents.card(row)
    body: list[Cell] = [
        element("p", joined(_ways(contents, row), " · ")),
        element("p", row.description),
        element("h2", "Scores"),
        _scores(row),
    ]
    if row.parts:
        body.append(element("p", f"Mean over its parts, each weighing the same: {', '.join(row.parts)}."))
    if row.marks:
        body.append(element("p", f"Noticed at admission: {', '.join(row.marks)}."))
    body += [element("h2", "The run"), _identity(row)]
    issues = contents.issues(row)
    if issues:
        body += [
            element("h2", "Found by validation"),
            table(
                ("severity", "code", "line", "query", "message"),
                ((i.severity, i.code, i.line, i.query_id, i.message) for i in issues),
            ),
        ]
    if card:
        body += [element("h2", "The card"), *_card(card)]
    body += _queries(contents, row)
    return page(f"{row.system} on {row.dataset}", *body, depth=2, digest=contents.board.digest)


def _ways(contents: Contents, row: Row) -> Iterator[Cell]:
    """The data set, the family, and the way to a comparison where there is one."""
    yield link(f"../../datasets/{address(row.dataset)}.html", row.dataset)
    yield row.family
    if row.path and is_compared(contents, row.dataset, row.system):
        yield link(f"../../{pair_address(row.dataset, row.system)}", "Compare with another system")


def _scores(row: Row) -> Cell:
    none = (None, None, None)
    rows = [(name, value, *row.tie_ranges.get(name, none)) for name, value in row.measures.items()]
    return table(("measure", "mean", "ties: lowest", "expected", "highest"), rows)


def _identity(row: Row) -> Cell:
    told = row.reproduced
    return facts(
        {
            "judged queries answered": f"{row.answered} of {row.judged_queries}",
            "depth": str(row.depth),
            "share of tied pairs": row.tied_share,
            "made": row.created,
            "published": row.published,
            "version": str(row.version),
            "submitter": row.submitter,
            "reproduced": " ".join(
                told[key] for key in ("verdict", "time", "machine_class") if told.get(key)
            ),
            "scored by": row.engine,
            "flags": ", ".join(f"{key} = {value}" for key, value in row.flags.items()),
            "file in the record": row.path,
            "sha256 of the canonical run": row.sha256,
        }
    )


def _card(card: Mapping[str, Any]) -> Iterator[Cell]:
    stages = [stage for stage in card.get("pipeline") or () if isinstance(stage, Mapping)]
    if stages:
        yield table(
            ("stage", "name", "depth", "seconds", "parameters"),
            (
                (
                    str(stage.get("stage", "")),
                    str(stage.get("name", "")),
                    stage.get("depth"),
                    stage.get("seconds"),
                    _words(stage.get("parameters") or {}),
                )
                for stage in stages
            ),
        )
    text = yaml.safe_dump(dict(card), sort_keys=False, allow_unicode=True, width=100)
    yield element("details", element("summary", "The whole card"), element("pre", text))
    yield element(
        "p", "The card is what the maker reports; only the scores are computed here.", class_="soft"
    )


def _words(parameters: Mapping[str, Any]) -> str:
    """``k1 = 0.9, model (backend = transformers)``: names and values, without those that are empty."""
    told = ((key, value) for key, value in parameters.items() if value not in (None, "", {}))
    return ", ".join(
        f"{key} ({_words(value)})"
        if isinstance(value, Mapping)
        else f"{key} = {', '.join(map(str, value)) if isinstance(value, list | tuple) else value}"
        for key, value in told
    )


def _queries(contents: Contents, row: Row) -> Iterator[Cell]:
    """Values of single queries by the headline, where they may be shown."""
    if not row.path:
        return
    if not contents.open(row.dataset).per_query:
        yield element("p", "The judgments of this data set are hidden, so values of single queries are, too.")
        return
    measure = contents.board.headlines[row.dataset]
    ids, texts = contents.queries(row.dataset)
    values = contents.vectors(row.dataset, [row.system], measure)[0].tolist()
    yield element("h2", f"{measure} of each query")
    yield table(("query", "text", measure), zip(ids, texts, values, strict=True), anchor="query")
