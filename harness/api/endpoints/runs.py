"""Runs: rows of the board with their cards, scores, findings and files."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.api.operation import Answer, Call
from harness.api.paging import paged
from harness.api.rows import run_json
from harness.errors import RequestError, StoreError, UnknownNameError
from harness.leaderboard.row import Row
from harness.store.reading import read_card, read_issues, read_queries, read_vectors
from harness.submissions.disclosure import NAMING_QUERIES


def runs(call: Call) -> Answer:
    """Runs by data set, best headline first; macro averages have no run of their own and are left out."""
    values = call.values
    board = call.site.snapshots.read(values["as_of"]).board
    found = [
        row
        for row in board.rows
        if not row.parts
        and (not values["dataset"] or row.dataset in values["dataset"])
        and (not values["system"] or row.system in values["system"])
        and (values["sha256"] is None or row.sha256 == values["sha256"])
    ]
    return paged(call, "/runs", found, {"digest": board.digest}, show=run_json)


def run(call: Call) -> Answer:
    """One run."""
    return Answer(body=run_json(_row(call)))


def card(call: Call) -> Answer:
    """The run's card."""
    row = _row(call)
    return Answer(body=read_card(call.site.snapshots.engine, _run_id(call, row)))


def findings(call: Call) -> Answer:
    """What validation found."""
    row = _row(call)
    shown = call.site.snapshots.read().policy(row.dataset)
    found = read_issues(call.site.snapshots.engine, _run_id(call, row))
    if not shown.query_texts:
        found = [issue for issue in found if issue.code not in NAMING_QUERIES and issue.query_id is None]
    return paged(call, "/runs/{dataset}/{system}/findings", [issue._asdict() for issue in found])


def scores(call: Call) -> Answer:
    """Means, the range over all orders of ties, and on request the value of every query."""
    row, wanted = _row(call), call.values["measure"]
    policy = call.site.snapshots.read().policy(row.dataset)
    for name in wanted:
        if name not in row.measures:
            raise UnknownNameError(f"measure of {row.system} on {row.dataset}", name, row.measures)
    names = list(dict.fromkeys(wanted)) or list(row.measures)
    body: dict[str, Any] = {
        "dataset": row.dataset,
        "system": row.system,
        "means": {name: row.measures[name] for name in names},
        "decimals": policy.digits,
        "tie_ranges": {name: list(row.tie_ranges[name]) for name in names if name in row.tie_ranges},
    }
    if call.values["per_query"]:
        if not policy.per_query:
            raise RequestError(
                403, f"The judgments of {row.dataset} are hidden, so no score of a query is shown."
            )
        run_id, engine = _run_id(call, row), call.site.snapshots.engine
        body["queries"] = read_queries(engine, row.dataset)[0]
        body["values"] = {name: _vector(read_vectors(engine, [run_id], name)) for name in names}
    return Answer(body=body)


def download(call: Call) -> Answer:
    """The run file as it lies in the record."""
    row = _row(call)
    if not call.site.snapshots.read().policy(row.dataset).run_files:
        raise RequestError(403, f"The queries of {row.dataset} are hidden, so run files are not handed out.")
    if call.site.record is None:
        raise RequestError(404, "This server was started without the record's folder (harness serve --runs).")
    folder = call.site.record.resolve()
    path = (folder / row.path).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        raise StoreError("The run file is not in the record that the server was started with.")
    plain = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in row.system)
    name = f"{row.dataset}.{plain}.trec.gz".encode("ascii", "replace").decode().replace("?", "_")
    return Answer(body=path, name=name, stamp=row.sha256)


def _row(call: Call) -> Row:
    row = call.site.snapshots.read().row(call.values["dataset"], call.values["system"])
    if row.parts:
        raise RequestError(
            404, f"{row.dataset} is a mean over {', '.join(row.parts)}; ask for the runs on these."
        )
    return row


def _run_id(call: Call, row: Row) -> int:
    found = call.site.snapshots.run_ids(row.dataset).get(row.system)
    if found is None:  # withdrawn since the snapshot was looked at
        raise UnknownNameError(f"system on {row.dataset}", row.system, [])
    return found


def _vector(values: np.ndarray[Any, Any]) -> list[float]:
    found: list[float] = values[0].tolist()
    return found
