"""Reading the store for the pages: cached for every session, keyed by what changes with the store."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
from sqlalchemy import Engine, select
from sqlalchemy.engine import make_url

from harness.leaderboard.board import Board, read_board
from harness.records import Issue
from harness.store import reading, schema
from harness.store.engine import connect, store_url


class Snapshot(NamedTuple):
    """The whole board and its data sets by name; immutable, so that all sessions share one."""

    board: Board
    datasets: Mapping[str, reading.StoredDataset]


class RunDetail(NamedTuple):
    """What the board does not hold about a run: its card in plain values and the findings of validation."""

    card: Mapping[str, Any]
    issues: tuple[Issue, ...]


class PerQuery(NamedTuple):
    """Values of one measure of one run, query by query, in the order of ``ids``."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    values: tuple[float, ...]


def read_snapshot() -> Snapshot:
    """The board as it is now.

    Raises:
        StoreError: there is no store, or it is of another version.
    """
    return _snapshot(store_url(), revision(store_url()))


def read_detail(dataset: str, system: str) -> RunDetail:
    """Card and issues of a run that the board holds."""
    return _detail(store_url(), revision(store_url()), dataset, system)


def read_per_query(dataset: str, system: str, measure: str) -> PerQuery:
    """Per-query values of a run that the board holds."""
    return _per_query(store_url(), revision(store_url()), dataset, system, measure)


def revision(url: str) -> str:
    """A text that changes when the store at ``url`` does and is cheap to get.

    For SQLite it is size and time of the file and of its write-ahead log. Any other database is asked for its
    runs and means, which is still far less than the per-query values behind the board.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        files = (Path(parsed.database), Path(parsed.database + "-wal"))
        found = [path.stat() for path in files if path.is_file()]
        return "/".join(f"{stat.st_size}:{stat.st_mtime_ns}" for stat in found if stat.st_size)
    engine = connect(url)
    try:
        return _content_hash(engine)
    finally:
        engine.dispose()


def safe_url(url: str) -> str:
    """The store's URL without its password, for messages."""
    return make_url(url).render_as_string(hide_password=True)


def _content_hash(engine: Engine) -> str:
    runs, scores, issues = schema.runs, schema.scores, schema.issues
    digest = hashlib.sha256()
    with engine.connect() as connection:
        for question in (
            select(schema.datasets.c.name, schema.datasets.c.judgments, schema.datasets.c.spec),
            select(runs.c.id, runs.c.dataset, runs.c.system, runs.c.sha256, runs.c.card, runs.c.flags),
            select(scores.c.run_id, scores.c.measure, scores.c.mean),
            select(issues.c.run_id, issues.c.position, issues.c.message),
        ):
            rows = sorted(tuple(row) for row in connection.execute(question))
            digest.update(repr(rows).encode())
    return digest.hexdigest()


@st.cache_resource(max_entries=2, show_spinner=False)
def _snapshot(url: str, stamp: str) -> Snapshot:
    board = read_board(url)
    engine = connect(url)
    try:
        return Snapshot(board, {entry.name: entry for entry in reading.read_datasets(engine)})
    finally:
        engine.dispose()


@st.cache_resource(max_entries=64, show_spinner=False)
def _detail(url: str, stamp: str, dataset: str, system: str) -> RunDetail:
    engine = connect(url)
    try:
        run_id = _run_id(engine, dataset, system)
        return RunDetail(reading.read_card(engine, run_id), tuple(reading.read_issues(engine, run_id)))
    finally:
        engine.dispose()


@st.cache_resource(max_entries=64, show_spinner=False)
def _per_query(url: str, stamp: str, dataset: str, system: str, measure: str) -> PerQuery:
    engine = connect(url)
    try:
        ids, texts = reading.read_queries(engine, dataset)
        values = reading.read_vectors(engine, [_run_id(engine, dataset, system)], measure)[0]
        return PerQuery(tuple(ids), tuple(texts), tuple(values.tolist()))
    finally:
        engine.dispose()


def _run_id(engine: Engine, dataset: str, system: str) -> int:
    runs = schema.runs
    query = select(runs.c.id).where(runs.c.dataset == dataset, runs.c.system == system)
    with engine.connect() as connection:
        return int(connection.execute(query).scalar_one())
