"""The board as data: JSON, CSV and one SQLite file, the same bytes for the same board."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from harness.leaderboard.sheets import csv_text
from harness.static_site.contents import Contents

TABLES = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE dataset (name TEXT PRIMARY KEY, title TEXT, headline TEXT, judgments TEXT, spec TEXT);
CREATE TABLE run (dataset TEXT, system TEXT, family TEXT, description TEXT, created TEXT, depth INTEGER,
  answered INTEGER, judged_queries INTEGER, tied_share REAL, sha256 TEXT, path TEXT, engine TEXT, card TEXT,
  PRIMARY KEY (dataset, system));
CREATE TABLE score (dataset TEXT, system TEXT, measure TEXT, mean REAL, lowest REAL, expected REAL,
  highest REAL, PRIMARY KEY (dataset, system, measure));
CREATE TABLE per_query (dataset TEXT, system TEXT, measure TEXT, query TEXT, value REAL,
  PRIMARY KEY (dataset, system, measure, query)) WITHOUT ROWID;
"""


def board_json(contents: Contents) -> str:
    """The board in plain values."""
    return json.dumps(contents.board.to_json(), ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def scores_csv(contents: Contents) -> str:
    """Means of every row; cells that a spreadsheet would take for formulas are made harmless."""
    return csv_text(
        ("dataset", "system", "measure", "mean", "lowest", "expected", "highest"), _scores(contents)
    )


def write_sqlite(contents: Contents, path: Path) -> None:
    """A new SQLite file with everything that may be shown."""
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA page_size = 4096")
        database.execute("PRAGMA journal_mode = OFF")
        database.executescript(TABLES)
        database.execute("BEGIN")
        about = [("digest", contents.board.digest), ("as_of", contents.board.as_of)]
        database.executemany("INSERT INTO about VALUES (?, ?)", about)
        database.executemany("INSERT INTO dataset VALUES (?, ?, ?, ?, ?)", _datasets(contents))
        database.executemany(f"INSERT INTO run VALUES ({', '.join('?' * 13)})", _runs(contents))
        database.executemany("INSERT INTO score VALUES (?, ?, ?, ?, ?, ?, ?)", _scores(contents))
        database.executemany("INSERT INTO per_query VALUES (?, ?, ?, ?, ?)", _per_query(contents))
        database.execute("COMMIT")
    finally:
        database.close()


def _datasets(contents: Contents) -> Iterator[tuple[str, ...]]:
    for name, entry in contents.datasets.items():
        spec = json.dumps(dict(entry.spec), ensure_ascii=False, sort_keys=True)
        yield name, entry.title, entry.headline, entry.judgments, spec


def _runs(contents: Contents) -> Iterator[tuple[str | int | float, ...]]:
    for row in contents.board.rows:
        card = json.dumps(contents.card(row), ensure_ascii=False, sort_keys=True)
        yield (
            row.dataset, row.system, row.family, row.description, row.created, row.depth, row.answered,
            row.judged_queries, row.tied_share, row.sha256, row.path, row.engine, card,
        )  # fmt: skip


def _scores(contents: Contents) -> list[tuple[str | float | None, ...]]:
    none = (None, None, None)
    return [
        (row.dataset, row.system, measure, mean, *row.tie_ranges.get(measure, none))
        for row in contents.board.rows
        for measure, mean in row.measures.items()
    ]


def _per_query(contents: Contents) -> Iterator[tuple[str, str, str, str, float]]:
    for name in contents.datasets:
        rows = [row for row in contents.rows_on(name) if row.path]
        if not rows or not contents.open(name).per_query:
            continue
        ids, _ = contents.queries(name)
        for measure in dict.fromkeys(measure for row in rows for measure in row.measures):
            systems = [row.system for row in rows if measure in row.measures]
            values = contents.vectors(name, systems, measure).tolist()
            for system, vector in zip(systems, values, strict=True):
                for query, value in zip(ids, vector, strict=True):
                    yield name, system, measure, query, value
