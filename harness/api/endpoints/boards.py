"""The board, and the systems on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.api.operation import Answer, Call
from harness.api.paging import paged
from harness.api.rows import ranked, run_json
from harness.errors import UnknownNameError
from harness.leaderboard.row import Row


def board(call: Call) -> Answer:
    """The leaderboard: rows by data set, best first, with ranks among all systems of the data set."""
    values = call.values
    snapshot = call.site.snapshots.read(values["as_of"])
    for name in values["dataset"]:
        snapshot.dataset(name)
    chosen = [row for row in snapshot.board.rows if not values["dataset"] or row.dataset in values["dataset"]]
    headlines = dict(snapshot.board.headlines)
    if values["measure"]:
        chosen = _with_measures(chosen, values["measure"])
        headlines = {row.dataset: values["measure"][0] for row in chosen}
        chosen.sort(key=lambda row: (row.dataset, -row.measures[headlines[row.dataset]], row.system))
    rows = [(rank, row) for rank, row in ranked(chosen, headlines) if _passes(row, values)]
    shown = {row.dataset for _, row in rows}
    more = {
        "digest": snapshot.board.digest,
        "as_of": values["as_of"],
        "headlines": {name: measure for name, measure in headlines.items() if name in shown},
        "incomplete": [
            {"dataset": name, "system": system, "missing": list(missing)}
            for name, system, missing in snapshot.board.incomplete
            if not values["dataset"] or name in values["dataset"]
        ],
        "tombstones": [
            stone._asdict()
            for stone in snapshot.board.tombstones
            if not values["dataset"] or stone.dataset in values["dataset"]
        ],
    }
    return paged(call, "/board", rows, more, show=lambda item: {"rank": item[0]} | run_json(item[1]))


def _passes(row: Row, values: Mapping[str, Any]) -> bool:
    return (not values["system"] or row.system in values["system"]) and (
        not values["family"] or row.family in values["family"]
    )


def _with_measures(rows: list[Row], measures: tuple[str, ...]) -> list[Row]:
    """Rows that have all the measures, with these alone."""
    known = {name for row in rows for name in row.measures}
    for name in measures:
        if name not in known:
            raise UnknownNameError("measure on the board", name, known)
    return [
        replace(
            row,
            measures={name: row.measures[name] for name in measures},
            tie_ranges={name: row.tie_ranges[name] for name in measures if name in row.tie_ranges},
        )
        for row in rows
        if all(name in row.measures for name in measures)
    ]


def systems(call: Call) -> Answer:
    """Every system, by name, with the data sets it has a run on."""
    snapshot = call.site.snapshots.read()
    found: dict[str, dict[str, Any]] = {}
    for row in sorted(snapshot.board.rows, key=lambda row: (row.system, row.dataset)):
        if row.parts:
            continue
        entry = found.setdefault(row.system, {"name": row.system, "families": [], "datasets": []})
        entry["datasets"].append(row.dataset)
        if row.family not in entry["families"]:
            entry["families"].append(row.family)
    return paged(call, "/systems", list(found.values()))


def system(call: Call) -> Answer:
    """One system with all its rows, macro averages included."""
    snapshot = call.site.snapshots.read()
    name = call.values["system"]
    rows = [row for row in snapshot.board.rows if row.system == name]
    if not rows:
        raise UnknownNameError("system on the board", name, {row.system for row in snapshot.board.rows})
    return Answer(body={"name": name, "rows": [run_json(row) for row in rows]})
