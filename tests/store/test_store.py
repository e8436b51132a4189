"""The store: transactions, pragmas, versions, PostgreSQL."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from harness.errors import CommandError, StoreError
from harness.records import Evaluation, Issue
from harness.store.engine import connect
from harness.store.reading import read_card, read_datasets, read_issues, read_queries, read_runs, read_vectors
from harness.store.schema import SCHEMA_VERSION, metadata
from harness.store.shape import of_this_version
from harness.store.writing import DatasetEntry, RunEntry, replace_board
from tests.postgres import postgres as postgres

QUERIES = ["10", "9", "é"]
VALUES = np.array([[0.1, 1.0, 1 / 3], [0.0, 0.5, 2 / 3]])


def entries(system: str = "bm25") -> list[DatasetEntry | RunEntry]:
    evaluation = Evaluation(
        measures=("nDCG@10", "AP"),
        queries=tuple(QUERIES),
        values=VALUES,
        answered=np.array([True, False, True]),
        engine="harness",
        engine_version="0.1.0",
        flags={"score_precision": "double"},
    )
    return [
        DatasetEntry(
            name="tiny",
            title="Tiny",
            headline="nDCG@10",
            judgments="j1:abc",
            queries=QUERIES,
            texts=["ten", "nine", "accent"],
            spec={"title": "Tiny", "counts": {"documents": 3}},
        ),
        RunEntry(
            dataset="tiny",
            system=system,
            family="lexical",
            description="ünicode",
            created="2026-01-01T00:00:00Z",
            sha256="0" * 64,
            path="tiny/bm25/run.trec.gz",
            depth=1000,
            rows=7,
            tied_share=0.5,
            evaluation=evaluation,
            issues=[Issue("note", "ties", "half of it", None, None), Issue("warning", "deep", "x", 4, "10")],
            card={"system": system, "pipeline": [{"k1": 0.9}]},
        ),
    ]


def check_round_trip(url: str) -> None:
    """Everything that goes into a store comes out of it."""
    engine = connect(url, create=True)
    replace_board(engine, entries())
    replace_board(engine, entries())  # a second rebuild replaces, it does not add
    (dataset,) = read_datasets(engine)
    assert (dataset.name, dataset.judged_queries, dataset.spec["counts"]) == ("tiny", 3, {"documents": 3})
    (run,) = read_runs(engine)
    assert (run.answered, run.judged_queries, run.tied_share) == (2, 3, 0.5)
    assert run.description == "ünicode"
    # worked by hand: (0.1 + 1 + 1/3) / 3 and (0 + 1/2 + 2/3) / 3
    assert run.means == {"AP": pytest.approx(7 / 18, abs=1e-15), "nDCG@10": pytest.approx(43 / 90, abs=1e-15)}
    assert run.issues == {"note": 1, "warning": 1}
    assert read_queries(engine, "tiny") == (QUERIES, ["ten", "nine", "accent"])
    assert np.array_equal(read_vectors(engine, [run.id], "AP"), VALUES[1:])
    assert read_issues(engine, run.id)[1] == Issue("warning", "deep", "x", 4, "10")
    assert read_card(engine, run.id) == {"system": "bm25", "pipeline": [{"k1": 0.9}]}
    engine.dispose()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'board.sqlite'}"


def test_round_trip_in_sqlite(url: str) -> None:
    check_round_trip(url)


def test_sqlite_is_in_wal_mode_with_foreign_keys(url: str) -> None:
    engine = connect(url, create=True)
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    engine.dispose()


def test_an_error_while_entries_are_produced_keeps_the_old_board(url: str) -> None:
    engine = connect(url, create=True)
    replace_board(engine, entries("old"))

    def failing() -> Iterator[DatasetEntry | RunEntry]:
        yield from entries("new")
        raise StoreError("a bad record")

    with pytest.raises(StoreError, match="a bad record"):
        replace_board(engine, failing())
    assert [run.system for run in read_runs(engine)] == ["old"]
    engine.dispose()


def check_readers_see_the_old_board(url: str) -> None:
    """A reader that comes during a rebuild is served at once, and from the old board."""
    engine = connect(url, create=True)
    replace_board(engine, entries("old"))
    seen = []

    def peeking() -> Iterator[DatasetEntry | RunEntry]:
        yield from entries("new")
        reader = connect(url)
        seen.extend(run.system for run in read_runs(reader))
        reader.dispose()

    replace_board(engine, peeking())
    assert seen == ["old"]
    assert [run.system for run in read_runs(engine)] == ["new"]
    engine.dispose()


def test_readers_see_the_old_board_until_the_new_one_is_complete(url: str) -> None:
    check_readers_see_the_old_board(url)


def test_a_store_of_another_schema_is_refused_and_a_rebuild_mends_it(url: str) -> None:
    engine = connect(url, create=True)
    replace_board(engine, entries())
    with engine.begin() as connection:
        connection.execute(text("UPDATE about SET value = '0' WHERE key = 'schema'"))
    engine.dispose()
    with pytest.raises(StoreError, match="another version of the harness: it was made with schema 0"):
        connect(url)
    check_round_trip(url)


def old_store(url: str) -> None:
    """A store whose number of the schema is ours, from before the runs had a reproduction."""
    engine = connect(url, create=True)
    replace_board(engine, entries("old"))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE run DROP COLUMN reproduced"))
        connection.execute(text("DROP TABLE event"))
    engine.dispose()


def check_an_older_store_is_refused_in_words(url: str) -> None:
    old_store(url)
    with pytest.raises(StoreError) as told:
        connect(url)
    assert "was written by another version of the harness: it lacks run.reproduced, event" in str(told.value)
    assert "Make it again: harness rebuild --runs runs --store " in str(told.value)
    check_round_trip(url)


def test_a_store_from_before_a_column_is_refused_and_a_rebuild_mends_it(url: str) -> None:
    check_an_older_store_is_refused_in_words(url)


def test_a_store_with_a_column_of_a_newer_version_is_written_anew(url: str) -> None:
    engine = connect(url, create=True)
    replace_board(engine, entries("new"))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE run ADD COLUMN speed TEXT NOT NULL DEFAULT ''"))
    engine.dispose()
    check_round_trip(url)
    engine = connect(url)
    assert of_this_version(engine)
    engine.dispose()


def test_the_number_of_the_schema_is_raised_with_every_change_of_a_column() -> None:
    """Whoever changes a table raises SCHEMA_VERSION and notes the new digest here, beside the new number."""
    columns = [
        f"{table.name}.{column.name} {column.type} {column.nullable} {column.primary_key}"
        for table in metadata.sorted_tables
        for column in table.columns
    ]
    digest = hashlib.sha256("\n".join(columns).encode()).hexdigest()[:16]
    assert (SCHEMA_VERSION, digest) == (4, "1f60cb57f0936ca5")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "board.sqlite"
    path.write_text("not a database, only a text that is long enough to be looked at" * 20)
    with pytest.raises(StoreError, match="cannot be opened"):
        connect(f"sqlite:///{path}")


@pytest.mark.parametrize("name", ["run", "Run"])  # one and the same to SQLite
def test_tables_of_somebody_else_are_not_touched(tmp_path: Path, name: str) -> None:
    url = f"sqlite:///{tmp_path / 'theirs.sqlite'}"
    engine = connect(url, create=True)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE {name} (id INTEGER, precious TEXT)"))
        connection.execute(text("INSERT INTO run VALUES (1, 'gold')"))
    with pytest.raises(StoreError, match="not a board's: run"):
        replace_board(engine, entries())
    with engine.connect() as connection:
        assert connection.execute(text("SELECT precious FROM run")).scalar() == "gold"
    engine.dispose()


@pytest.mark.parametrize("bad", ["board.sqlite", "nosuchdb://x", "://"])
def test_a_url_that_is_none_is_a_command_error(bad: str) -> None:
    with pytest.raises(CommandError, match="store URL"):
        connect(bad)


def test_round_trip_in_postgresql(postgres: str) -> None:
    check_round_trip(postgres)


def test_an_older_store_in_postgresql_is_refused_and_a_rebuild_mends_it(postgres: str) -> None:
    check_an_older_store_is_refused_in_words(postgres)


def test_readers_see_the_old_board_in_postgresql(postgres: str) -> None:
    check_readers_see_the_old_board(f"{postgres}&options=-c%20lock_timeout%3D5000")
