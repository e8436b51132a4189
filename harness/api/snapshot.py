"""The public board as every operation reads it: redacted once, kept as long as the store does not change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from harness.errors import StoreError, UnknownNameError
from harness.leaderboard.board import Board, read_board
from harness.leaderboard.row import Row
from harness.store import schema
from harness.store.engine import connect
from harness.store.reading import read_about, read_datasets
from harness.store.stored import StoredDataset
from harness.submissions.disclosure import public_board
from harness.submissions.policy import OPEN, Policy, Spec, policies, served_catalogue

KEPT = 8
"""Boards that are kept: the present one and some of the past."""


class Snapshot(NamedTuple):
    """One state of the store, as it may be shown.

    Attributes:
        board: after :func:`~harness.submissions.disclosure.public_board`.
        datasets: those of the board, by name.
        policies: what may be shown of each.
        rows: (data set, system) to the row.
    """

    board: Board
    datasets: Mapping[str, StoredDataset]
    policies: Mapping[str, Policy]
    rows: Mapping[tuple[str, str], Row]

    def dataset(self, name: str) -> StoredDataset:
        """A data set of the board.

        Raises:
            UnknownNameError: with the nearest names.
        """
        if name not in self.datasets:
            raise UnknownNameError("data set on the board", name, self.datasets)
        return self.datasets[name]

    def row(self, dataset: str, system: str) -> Row:
        """One row of the board.

        Raises:
            UnknownNameError: no such data set, or no such system on it.
        """
        self.dataset(dataset)
        if (dataset, system) not in self.rows:
            known = [name for on, name in self.rows if on == dataset]
            raise UnknownNameError(f"system on {dataset}", system, known)
        return self.rows[dataset, system]

    def policy(self, dataset: str) -> Policy:
        """What may be shown of a data set."""
        return self.policies.get(dataset, OPEN)


class Snapshots:
    """The states of one store; safe to use from several threads."""

    def __init__(self, store: str) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._kept: OrderedDict[tuple[Any, ...], Snapshot] = OrderedDict()

    @property
    def engine(self) -> Engine:
        """The store, opened when first asked for and kept open.

        Raises:
            StoreError: there is none, or it was made by another version.
        """
        with self._lock:
            if self._engine is None:
                self._engine = connect(self._store)
            return self._engine

    def read(self, as_of: str | None = None) -> Snapshot:
        """The board now, or as it was at a moment.

        Raises:
            StoreError: the store is gone, or of another version, or does not answer.
        """
        try:
            key = (as_of, *sorted(read_about(self.engine).items()))
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            made = self._read(as_of)
        except SQLAlchemyError as error:
            raise StoreError("The store is there but does not answer; try again in a moment.") from error
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def run_ids(self, dataset: str) -> dict[str, int]:
        """System to the number of its run in the store."""
        table = schema.runs.c
        with self.engine.connect() as connection:
            found = connection.execute(select(table.system, table.id).where(table.dataset == dataset))
            return {row.system: row.id for row in found}

    def _read(self, as_of: str | None) -> Snapshot:
        board = read_board(self._store, as_of=as_of) if as_of else read_board(self._store)
        datasets = {entry.name: entry for entry in read_datasets(self.engine)}
        specs = current_specs(datasets)
        shown = public_board(board, specs)
        return Snapshot(
            board=shown,
            datasets=datasets,
            policies=policies(specs),
            rows={(row.dataset, row.system): row for row in shown.rows},
        )


def current_specs(datasets: Mapping[str, StoredDataset]) -> dict[str, Spec]:
    """Every entry of the catalogue, which may have closed a data set since, and the store's others."""
    return {**{name: entry.spec for name, entry in datasets.items()}, **served_catalogue()}
