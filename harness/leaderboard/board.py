"""The board as a value: what the store holds, ordered and digested."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Engine

from harness.errors import UnknownNameError
from harness.leaderboard.macro import macro_rows
from harness.leaderboard.past import past_tables
from harness.leaderboard.row import Row
from harness.ledger.moment import parse_moment
from harness.store.engine import connect
from harness.store.entries import Tombstone
from harness.store.reading import BoardTables, StoredRun, read_board_tables, read_datasets


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Rows by data set, best headline first, and the digest of the whole board they were taken from.

    Attributes:
        digest: sha256 over every row of the store, whatever was selected; equal records give equal digests.
        headlines: data set to the measure it is sorted by.
        rows: the selected rows.
        incomplete: (data set, system, missing parts) of macro averages that are not shown.
        tombstones: the withdrawn runs on these data sets, with their reasons.
        as_of: the moment in the past that the board is of; empty for the board as it is.
    """

    digest: str
    headlines: Mapping[str, str]
    rows: tuple[Row, ...]
    incomplete: tuple[tuple[str, str, tuple[str, ...]], ...]
    tombstones: tuple[Tombstone, ...] = ()
    as_of: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``."""
        lacking = [
            {"dataset": dataset, "system": system, "missing": list(missing)}
            for dataset, system, missing in self.incomplete
        ]
        return {
            "digest": self.digest,
            "as_of": self.as_of,
            "rows": [asdict(row) for row in self.rows],
            "incomplete": lacking,
            "tombstones": [stone._asdict() for stone in self.tombstones],
        }


def read_board(
    store: str | None = None,
    *,
    dataset: str | Sequence[str] | None = None,
    measures: Sequence[str] | None = None,
    as_of: str | None = None,
) -> Board:
    """Read the board from a store.

    Args:
        store: the store's URL; by default ``$HARNESS_STORE`` or ``.harness/board.sqlite``.
        dataset: keep only these data sets.
        measures: keep only these measures, and sort by the first; data sets that lack one are left out.
        as_of: the board as it was at this moment, a date or a time with its zone: the runs that were shown
            then, with the scores that they have by the judgments and the engine of now.

    Raises:
        StoreError: there is no store, or it is of another version.
        UnknownNameError: a data set or measure that the board does not hold.
        CommandError: ``as_of`` is not a moment.
    """
    moment = parse_moment(as_of) if as_of else None
    names = [dataset] if isinstance(dataset, str) else list(dataset or ())
    engine = connect(store)
    try:
        tables = past_tables(engine, moment) if moment else read_board_tables(engine, _behind(engine, names))
    finally:
        engine.dispose()
    return make_board(tables, names, measures)


def make_board(
    tables: BoardTables, names: Sequence[str] = (), measures: Sequence[str] | None = None
) -> Board:
    """The board of some data sets, or of all, from what the store holds.

    Raises:
        UnknownNameError: a data set or measure that the board does not hold.
    """
    datasets = {entry.name: entry for entry in tables.datasets}
    rows = [_row(run, datasets[run.dataset].spec) for run in tables.runs]
    macros, incomplete = macro_rows(datasets, rows)
    rows += macros
    wanted = list(names or datasets)
    for name in wanted:
        if name not in datasets:
            raise UnknownNameError("data set on the board", name, datasets)
    rows = [row for row in rows if row.dataset in wanted]
    if measures:
        rows = _with_measures(rows, measures)
        wanted = [name for name in wanted if any(row.dataset == name for row in rows)]
    headlines = {name: measures[0] if measures else datasets[name].headline for name in wanted}
    rows.sort(key=lambda row: (row.dataset, -row.measures[headlines[row.dataset]], row.system))
    return Board(
        digest=tables.digest,
        headlines=headlines,
        rows=tuple(rows),
        incomplete=tuple(item for item in incomplete if item[0] in headlines),
        tombstones=tuple(stone for stone in tables.tombstones if stone.dataset in wanted),
        as_of=tables.as_of,
    )


def digest_of(rows: Sequence[Row]) -> str:
    """Hex sha256 of some rows in canonical JSON, independent of their order."""
    ordered = sorted((asdict(row) for row in rows), key=lambda row: (row["dataset"], row["system"]))
    text = json.dumps(ordered, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _behind(engine: Engine, names: Sequence[str]) -> set[str] | None:
    """The data sets behind some of the board: themselves and the parts of macro averages; None for all."""
    if not names:
        return None
    parts = {entry.name: entry.spec.get("parts") or () for entry in read_datasets(engine)}
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += parts.get(name, ())
    return found


def _row(run: StoredRun, spec: Mapping[str, Any]) -> Row:
    order = {name: place for place, name in enumerate(spec.get("measures", ()))}
    names = sorted(run.means, key=lambda name: (order.get(name, len(order)), name))
    return Row(
        dataset=run.dataset,
        system=run.system,
        family=run.family,
        description=run.description,
        created=run.created,
        depth=run.depth,
        measures={name: run.means[name] for name in names},
        tie_ranges=run.tie_ranges,
        answered=run.answered,
        judged_queries=run.judged_queries,
        tied_share=run.tied_share,
        sha256=run.sha256,
        path=run.path,
        engine=f"{run.engine} {run.engine_version}",
        flags=run.flags,
        vectors_sha256=run.vectors_sha256,
        issues=run.issues,
        published=run.published,
        version=run.version,
        marks=tuple(run.marks),
        submitter=run.submitter,
        reproduced=run.reproduced,
    )


def _with_measures(rows: Sequence[Row], measures: Sequence[str]) -> list[Row]:
    """Rows that have all the measures, with these alone.

    Raises:
        UnknownNameError: no row has all of them.
    """
    having = [row for row in rows if all(name in row.measures for name in measures)]
    for name in measures:
        if rows and not having and not all(name in row.measures for row in rows):
            known = {known for row in rows for known in row.measures}
            raise UnknownNameError(f"measure of {', '.join(sorted({r.dataset for r in rows}))}", name, known)
    return [
        replace(
            row,
            measures={name: row.measures[name] for name in measures},
            tie_ranges={name: row.tie_ranges[name] for name in measures if name in row.tie_ranges},
        )
        for row in having
    ]
