"""Caches of the pages follow the store, whatever database it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st

from harness.store.engine import connect
from harness.store.writing import replace_board
from leaderboard_app.connection import revision
from tests.leaderboard_app.boards import BM25, OVERLAP, dataset, run
from tests.leaderboard_app.conftest import Open
from tests.postgres import postgres as postgres


def test_in_postgresql_a_rebuild_shows_at_once(
    postgres: str, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_STORE", postgres)
    engine = connect(postgres, create=True)
    replace_board(engine, [dataset("alpha", "A"), run("alpha", "old", OVERLAP)])
    before = revision(postgres)
    assert list(visit().dataframe[0].value["score"]) == [0.25]
    assert revision(postgres) == before
    replace_board(engine, [dataset("alpha", "A"), run("alpha", "new", BM25)])
    engine.dispose()
    assert revision(postgres) != before
    table = visit().dataframe[0].value
    assert list(table["system"]) == ["new"]
    assert list(table["interval"]) != [""]
    st.cache_resource.clear()  # which closes the connections


def test_a_store_file_that_was_replaced_is_read_anew(store: str, visit: Open, tmp_path: Path) -> None:
    replace_board(connect(store, create=True), [dataset("alpha", "A"), run("alpha", "a", BM25)])
    query = visit("run", dataset="alpha", system="a").dataframe[1].value
    assert list(query["value"]) == [0.0, 0.5, 0.5, 1.0]
    for path in tmp_path.glob("board.sqlite*"):
        path.unlink()
    replace_board(connect(store, create=True), [dataset("alpha", "A"), run("alpha", "a", OVERLAP)])
    query = visit("run", dataset="alpha", system="a").dataframe[1].value
    assert list(query["value"]) == [0.0, 0.25, 0.25, 0.5]
