"""Reading the store for the pages: cached for every session, keyed by what changes with the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from sqlalchemy import select

from harness.errors import StoreError
from harness.leaderboard.board import Board, read_board
from harness.leaderboard.contrast import Contrast, contrast
from harness.leaderboard.facts import Facts, Profiles, facts_of
from harness.leaderboard.overview import Line, Overview, overview
from harness.leaderboard.profile import read_profiles
from harness.leaderboard.row import Row
from harness.leaderboard.spread import read_variances
from harness.records import Floats, Issue
from harness.statistics.compare import compare_systems
from harness.statistics.comparison import Comparison
from harness.store import reading, schema
from harness.store.engine import connect, store_url
from harness.submissions.disclosure import public_board
from harness.submissions.policy import OPEN, Policy, policies
from leaderboard_app.connection import open_engine, revision
from leaderboard_app.kept import kept_cells, with_gaps


class Snapshot(NamedTuple):
    """The board as it may be shown, and what belongs to it; immutable, so that all sessions share one.

    Attributes:
        board: without what hidden judgments could be derived from.
        datasets: by name.
        policies: what may be shown of each data set.
        profiles: what the cards say, by data set and system.
        systems: the rows of each system.
        ids: of the runs in the store, by data set and system.
        rows: the rows of each data set, best first.
    """

    board: Board
    datasets: Mapping[str, reading.StoredDataset]
    policies: Mapping[str, Policy]
    profiles: Profiles
    systems: Mapping[str, tuple[Row, ...]]
    ids: Mapping[tuple[str, str], int]
    rows: Mapping[str, tuple[Row, ...]]

    def policy(self, dataset: str) -> Policy:
        """What may be shown of a data set."""
        return self.policies.get(dataset, OPEN)

    def rows_on(self, dataset: str) -> tuple[Row, ...]:
        """The rows of a data set, best first."""
        return self.rows.get(dataset, ())


class RunDetail(NamedTuple):
    """What the board does not hold about a run: its card in plain values and the findings of validation."""

    card: Mapping[str, Any]
    issues: tuple[Issue, ...]


class PerQuery(NamedTuple):
    """Values of one measure on one data set, a row a system, query by query in the order of ``ids``."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    values: Floats


class Listed(NamedTuple):
    """An overview, and its lines with what stands beside each."""

    overview: Overview
    lines: tuple[tuple[Line, Facts], ...]


def read_snapshot() -> Snapshot:
    """The board as it is now.

    Raises:
        StoreError: there is no store, or it is of another version.
    """
    return _snapshot(store_url(), revision(store_url()))


def read_past(day: str) -> Board:
    """The board as it was at the end of a day (ISO, UTC), as it may be shown now."""
    return _past(store_url(), revision(store_url()), day)


def read_detail(dataset: str, system: str) -> RunDetail:
    """Card and issues of a run that the board holds."""
    return _detail(store_url(), revision(store_url()), dataset, system)


def read_per_query(dataset: str, systems: Sequence[str], measure: str) -> PerQuery:
    """Per-query values of runs that the board holds; whether they may be shown is the caller's question."""
    return _per_query(store_url(), revision(store_url()), dataset, tuple(systems), measure)


def read_overview(datasets: Sequence[str], measure: str, day: str = "") -> Listed:
    """Systems over data sets with means, intervals, groups and facts.

    On a board of a past ``day``, runs that were replaced or withdrawn since have no intervals, and there are
    no groups on a single data set with such runs: the values of their queries are not in the store any more.
    """
    return _overview(store_url(), revision(store_url()), tuple(datasets), measure, day)


@st.cache_resource(max_entries=2, show_spinner="Reading the board …")
def _snapshot(url: str, stamp: str) -> Snapshot:
    engine = connect(url)
    runs = schema.runs
    try:
        datasets = {entry.name: entry for entry in reading.read_datasets(engine)}
        specs = {name: entry.spec for name, entry in datasets.items()}
        board = public_board(read_board(url), specs)
        systems: dict[str, list[Row]] = {}
        rows: dict[str, list[Row]] = {}
        for row in board.rows:
            systems.setdefault(row.system, []).append(row)
            rows.setdefault(row.dataset, []).append(row)
        with engine.connect() as connection:
            ids = connection.execute(select(runs.c.dataset, runs.c.system, runs.c.id)).all()
        return Snapshot(
            board,
            datasets,
            policies(specs),
            read_profiles(engine),
            {name: tuple(found) for name, found in sorted(systems.items())},
            {(row.dataset, row.system): row.id for row in ids},
            {name: tuple(found) for name, found in rows.items()},
        )
    finally:
        engine.dispose()


@st.cache_resource(max_entries=8, show_spinner=False)
def _past(url: str, stamp: str, day: str) -> Board:
    specs = {name: entry.spec for name, entry in _snapshot(url, stamp).datasets.items()}
    return public_board(read_board(url, as_of=f"{day}T23:59:59.999999Z"), specs)


@st.cache_resource(max_entries=64, show_spinner=False)
def _detail(url: str, stamp: str, dataset: str, system: str) -> RunDetail:
    run_id = _snapshot(url, stamp).ids[dataset, system]
    engine = open_engine(url, stamp)
    return RunDetail(reading.read_card(engine, run_id), tuple(reading.read_issues(engine, run_id)))


@st.cache_resource(max_entries=64, show_spinner=False)
def _per_query(url: str, stamp: str, dataset: str, systems: tuple[str, ...], measure: str) -> PerQuery:
    ids, texts = reading.read_queries(open_engine(url, stamp), dataset)
    return PerQuery(tuple(ids), tuple(texts), _vectors(url, stamp, dataset, systems, measure))


def _vectors(url: str, stamp: str, dataset: str, systems: Sequence[str], measure: str) -> Floats:
    snapshot = _snapshot(url, stamp)
    if not snapshot.policy(dataset).per_query:
        raise StoreError(f"The judgments of {dataset} are kept back; nothing is told query by query.")
    ids = snapshot.ids
    return reading.read_vectors(
        open_engine(url, stamp), [ids[dataset, system] for system in systems], measure
    )


@st.cache_resource(max_entries=64, show_spinner="Comparing the systems …")
def _overview(url: str, stamp: str, datasets: tuple[str, ...], measure: str, day: str) -> Listed:
    snapshot = _snapshot(url, stamp)
    rows = _past(url, stamp, day).rows if day else snapshot.board.rows
    kept = kept_cells(rows, snapshot.board.rows)

    def vectors(dataset: str, systems: Sequence[str]) -> Floats:
        return with_gaps(lambda names: _vectors(url, stamp, dataset, names, measure), dataset, systems, kept)

    def variances(dataset: str, systems: Sequence[str]) -> Floats:
        return with_gaps(
            lambda names: _variances_on(url, stamp, dataset, names, measure), dataset, systems, kept
        ).reshape(len(systems))

    found = overview(rows, datasets, measure, vectors, variances, hidden=_hidden(url, stamp))
    return Listed(found, tuple((line, facts_of(line, snapshot.profiles)) for line in found.lines))


def _variances_on(url: str, stamp: str, dataset: str, systems: Sequence[str], measure: str) -> Floats:
    ids, known = _snapshot(url, stamp).ids, _variances(url, stamp)
    return np.array([known[ids[dataset, system], measure] for system in systems])


@st.cache_resource(max_entries=2, show_spinner="Reading the board …")
def _variances(url: str, stamp: str) -> Mapping[tuple[int, str], float]:
    """Variances of the means over queries of every run and measure, by run and measure."""
    return read_variances(open_engine(url, stamp))


def _hidden(url: str, stamp: str) -> frozenset[str]:
    """The data sets of which nothing is told query by query."""
    return frozenset(name for name, each in _snapshot(url, stamp).policies.items() if not each.per_query)


def read_comparison(dataset: str, systems: Sequence[str], measure: str) -> Comparison:
    """All pairs of a few systems on one data set, tested; see :mod:`harness.statistics.compare`."""
    return _comparison(store_url(), revision(store_url()), dataset, tuple(systems), measure)


def read_contrast(first: str, second: str, measure: str) -> Contrast:
    """One system against another over all data sets; see :mod:`harness.leaderboard.contrast`."""
    return _contrast(store_url(), revision(store_url()), first, second, measure)


@st.cache_resource(max_entries=64, show_spinner=False)
def _comparison(url: str, stamp: str, dataset: str, systems: tuple[str, ...], measure: str) -> Comparison:
    return compare_systems(systems, _vectors(url, stamp, dataset, systems, measure))


@st.cache_resource(max_entries=64, show_spinner=False)
def _contrast(url: str, stamp: str, first: str, second: str, measure: str) -> Contrast:
    return contrast(
        [row for row in _snapshot(url, stamp).board.rows if row.dataset not in _hidden(url, stamp)],
        first,
        second,
        measure,
        lambda dataset, systems: _vectors(url, stamp, dataset, systems, measure),
    )
