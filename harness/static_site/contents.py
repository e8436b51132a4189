"""Everything that an export shows, read from the store once, and only what may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from harness.leaderboard.anonymity import shown_events
from harness.leaderboard.board import Board, make_board
from harness.leaderboard.profile import Profile, read_profiles
from harness.leaderboard.row import Row
from harness.ledger.chain import LEDGER_NAME
from harness.ledger.event import Event
from harness.ledger.ledger import read_events
from harness.records import Floats, Issue
from harness.store.engine import connect
from harness.store.reading import (
    read_about,
    read_board_tables,
    read_card,
    read_issues,
    read_queries,
    read_vectors,
)
from harness.store.stored import StoredDataset
from harness.submissions.disclosure import public_board, public_events
from harness.submissions.policy import OPEN, Policy, policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A board with what its pages need.

    Attributes:
        engine: the open store, for what is read page by page.
        board: as it may be shown.
        datasets: by name.
        policy: by data set.
        profiles: what cards say, by data set and system.
        ids: the store's number of each run, by data set and system.
        events: of the ledger, as they may be shown.
    """

    engine: Engine
    board: Board
    datasets: Mapping[str, StoredDataset]
    policy: Mapping[str, Policy]
    profiles: Mapping[tuple[str, str], Profile]
    ids: Mapping[tuple[str, str], int]
    events: tuple[Event, ...]

    def rows_on(self, dataset: str) -> list[Row]:
        """The rows of a data set, best headline first."""
        return [row for row in self.board.rows if row.dataset == dataset]

    def open(self, dataset: str) -> Policy:
        """What may be shown of a data set."""
        return self.policy.get(dataset, OPEN)

    def vectors(self, dataset: str, systems: list[str] | tuple[str, ...], measure: str) -> Floats:
        """Per-query values, float64[systems, queries]; ask :meth:`open` first."""
        return read_vectors(self.engine, [self.ids[dataset, system] for system in systems], measure)

    def card(self, row: Row) -> dict[str, Any]:
        """A run's card in plain values; empty for a macro average."""
        return read_card(self.engine, self.ids[row.dataset, row.system]) if row.path else {}

    def issues(self, row: Row) -> list[Issue]:
        """What validation found; nothing that names hidden queries."""
        if not row.path or not self.open(row.dataset).query_texts:
            return []
        return read_issues(self.engine, self.ids[row.dataset, row.system])

    def queries(self, dataset: str) -> tuple[list[str], list[str]]:
        """Ids and texts of the judged queries; ask :meth:`open` first."""
        return read_queries(self.engine, dataset)


def read_contents(store: str | None, runs: str | Path | None) -> Contents:
    """Read the board of a store and the ledger of its record.

    Args:
        store: the store's URL; by default the usual one.
        runs: the record's folder, for the ledger; None or a folder without one shows no history.

    Raises:
        StoreError: there is no store, it is of another version, or the ledger was changed.
    """
    engine = connect(store)
    tables = read_board_tables(engine)
    datasets = {entry.name: entry for entry in tables.datasets}
    specs = {name: entry.spec for name, entry in datasets.items()}
    events: tuple[Event, ...] = ()
    if runs is not None and (Path(runs) / LEDGER_NAME).is_file():
        moment = read_about(engine)["moment"]
        events = public_events(shown_events(read_events(runs), moment), specs)
    return Contents(
        engine=engine,
        board=public_board(make_board(tables), specs),
        datasets=datasets,
        policy=policies(specs),
        profiles=read_profiles(engine),
        ids={(run.dataset, run.system): run.id for run in tables.runs},
        events=events,
    )
