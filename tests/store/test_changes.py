"""Changing a part of the store, and reading a page of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from harness.errors import StoreError
from harness.store.engine import connect
from harness.store.entries import LedgerLine, RunEntry, Tombstone
from harness.store.reading import (
    read_about,
    read_best,
    read_board_tables,
    read_head,
    read_means,
    read_past,
    read_vectors,
)
from harness.store.writing import Change, DatasetEntry, change_board, replace_board
from tests.postgres import postgres as postgres
from tests.store.test_store import VALUES, entries


def parts() -> tuple[DatasetEntry, RunEntry]:
    dataset, run = entries()
    assert isinstance(dataset, DatasetEntry) and isinstance(run, RunEntry)
    return dataset, run


def variant(run: RunEntry, system: str, factor: float, **fields: object) -> RunEntry:
    evaluation = replace(run.evaluation, values=VALUES * factor)
    return replace(run, system=system, evaluation=evaluation, **fields)  # type: ignore[arg-type]


def line(number: int) -> LedgerLine:
    return LedgerLine(number, "tiny", "bm25", f"{number:064}", "{}")


def check_changes(url: str) -> None:
    """Pieces one by one are the same store as everything at once."""
    dataset, run = parts()
    better = variant(run, "better", 1.5)
    hidden = variant(run, "bm25", 0.5, sha256="1" * 64, shown=False)
    stone = Tombstone("tiny", "gone", "2" * 64, "2026-01-01", "why", "c")
    engine = connect(url, create=True)
    replace_board(engine, [dataset, run])
    one = Change(systems={("tiny", "better")}, entries=[dataset, better, line(1)], moment="m")
    assert change_board(engine, one, after=0)
    assert read_head(engine)[0] == 1
    assert not change_board(engine, one, after=0), "the store has gone on"
    two = Change(systems={("tiny", "bm25")}, entries=[run, hidden, stone, line(2)], moment="m")
    assert change_board(engine, two, after=1)
    stepwise = read_board_tables(engine)
    assert [found.system for found in stepwise.runs] == ["better", "bm25"]
    assert stepwise.tombstones == [stone]
    assert [(found.sha256, found.id) for found in read_past(engine)[0]] == [("1" * 64, 0)]
    replace_board(engine, [dataset, better, run, hidden, stone, line(1), line(2)], moment="m")
    whole = read_board_tables(engine)
    assert whole.digest == stepwise.digest == read_about(engine)["digest"]
    assert [found._replace(id=0) for found in whole.runs] == [found._replace(id=0) for found in stepwise.runs]
    best = read_best(engine, "tiny", "AP", limit=1)
    assert [found.system for found in best] == ["better"]
    assert [found.system for found in read_best(engine, "tiny", "AP", limit=5, offset=1)] == ["bm25"]
    assert read_best(engine, "tiny", "nosuch") == []
    means = {system: mean for _, system, mean in read_means(engine, "AP")}
    assert means["better"] == pytest.approx(1.5 * means["bm25"])
    assert np.array_equal(read_vectors(engine, [best[0].id], "AP"), VALUES[1:] * 1.5)
    engine.dispose()


def test_a_run_of_the_past_from_another_version_is_told(tmp_path: Path) -> None:
    dataset, run = parts()
    engine = connect(f"sqlite:///{tmp_path / 'board.sqlite'}", create=True)
    replace_board(engine, [dataset, run, variant(run, "bm25", 0.5, sha256="1" * 64, shown=False)])
    with engine.begin() as connection:
        connection.execute(text("UPDATE version SET content = json_remove(content, '$.marks')"))
    with pytest.raises(StoreError, match="past in the store was written by another version"):
        read_past(engine)
    engine.dispose()


def test_changes_in_sqlite(tmp_path: Path) -> None:
    check_changes(f"sqlite:///{tmp_path / 'board.sqlite'}")


def test_changes_in_postgresql(postgres: str) -> None:
    check_changes(postgres)


def test_a_change_that_fails_leaves_everything(tmp_path: Path) -> None:
    dataset, run = parts()
    engine = connect(f"sqlite:///{tmp_path / 'board.sqlite'}", create=True)
    replace_board(engine, [dataset, run])
    before = read_board_tables(engine)
    twice = Change(systems={("tiny", "bm25")}, entries=[run, run], moment="m")
    with pytest.raises(StoreError, match="cannot be written, and is unchanged"):
        change_board(engine, twice, after=0)
    assert read_board_tables(engine) == before
    engine.dispose()


def test_the_digest_sees_scores_of_one_query_marks_and_tombstones(tmp_path: Path) -> None:
    dataset, run = parts()
    engine = connect(f"sqlite:///{tmp_path / 'board.sqlite'}", create=True)
    swapped = replace(run, evaluation=replace(run.evaluation, values=VALUES[:, ::-1]))
    stone = Tombstone("tiny", "x", "2" * 64, "t", "why", "c")
    digests = set()
    for more in ([run], [swapped], [replace(run, marks=("near-copy: x",))], [run, stone], []):
        replace_board(engine, [dataset, *more])
        digests.add(read_about(engine)["digest"])
    assert len(digests) == 5
    engine.dispose()
