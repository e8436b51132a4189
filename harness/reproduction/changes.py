"""What differs between two states of a board, score by score, and which of its inputs changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from harness.leaderboard.board import Board, read_board
from harness.leaderboard.row import Row
from harness.store.engine import connect
from harness.store.reading import read_datasets, read_vector_hashes

UNEXPLAINED: Final = "unexplained: nothing that it depends on changed"
"""The store was edited, or a computation is not repeatable."""


class Cell(NamedTuple):
    """A score of the board that changed; None where there was none, or is none any more."""

    dataset: str
    system: str
    measure: str
    old: float | None
    new: float | None
    reasons: tuple[str, ...]

    @property
    def explained(self) -> bool:
        """Whether an input of the score changed, too."""
        return UNEXPLAINED not in self.reasons


class Protocol(NamedTuple):
    """How the runs of a data set are scored: fingerprint of the judgments, and the catalogue's entry."""

    judgments: str
    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardState:
    """A board, what its scores depend on beside the runs, and hashes of the values of queries behind it."""

    board: Board
    protocols: Mapping[str, Protocol]
    values: Mapping[tuple[str, str], str]

    @classmethod
    def read(cls, store: str | None) -> BoardState:
        """Read the state of a store.

        Raises:
            StoreError: there is no store, or it was made with another version of the schema.
        """
        engine = connect(store)
        found = {entry.name: Protocol(entry.judgments, entry.spec) for entry in read_datasets(engine)}
        values = read_vector_hashes(engine)
        engine.dispose()
        return cls(board=read_board(store), protocols=found, values=values)

    def rows(self) -> dict[tuple[str, str], Row]:
        """(data set, system) to its row."""
        return {(row.dataset, row.system): row for row in self.board.rows}


def altered_values(before: BoardState, after: BoardState) -> tuple[tuple[str, str], ...]:
    """(data set, system) whose values of queries are others now although nothing behind them changed."""
    old, new = before.rows(), after.rows()
    return tuple(
        place
        for place in sorted(before.values.keys() & after.values.keys() & old.keys() & new.keys())
        if before.values[place] != after.values[place]
        and list(old[place].measures) == list(new[place].measures)
        and not any(_reasons(before, after, place))
    )


def changed_cells(before: BoardState, after: BoardState) -> tuple[Cell, ...]:
    """Every score that is another one now, down to the last bit, or that only one of the boards has."""
    return tuple(_cells(before, after))


def _cells(before: BoardState, after: BoardState) -> Iterator[Cell]:
    old, new = before.rows(), after.rows()
    for place in sorted({*old, *new}):
        first, second = old.get(place), new.get(place)
        was = first.measures if first else {}
        now = second.measures if second else {}
        changed = [name for name in dict.fromkeys([*now, *was]) if was.get(name) != now.get(name)]
        reasons = tuple(_reasons(before, after, place)) if changed and first and second else ()
        for measure in changed:
            value = (was.get(measure), now.get(measure))
            yield Cell(*place, measure, *value, _told(first, second, measure, reasons))


def _told(first: Row | None, second: Row | None, measure: str, reasons: tuple[str, ...]) -> tuple[str, ...]:
    """The reasons for the change of one score."""
    if first is None:
        return ("new on the board",)
    if second is None:
        return ("the run is no longer on the board",)
    if measure not in first.measures:
        return ("new measure",)
    if measure not in second.measures:
        return ("the measure is no longer asked for",)
    return reasons or (UNEXPLAINED,)


def _reasons(before: BoardState, after: BoardState, place: tuple[str, str]) -> Iterator[str]:
    """What changed of the inputs of a row; of a macro average those of its parts."""
    old, new = before.rows()[place], after.rows()[place]
    if old.parts or new.parts:
        if old.parts != new.parts:
            yield "parts changed"
        shared = [name for name in new.parts if name in old.parts]
        yield from dict.fromkeys(
            reason for name in shared for reason in _reasons(before, after, (name, place[1]))
        )
        return
    if old.sha256 != new.sha256:
        yield f"run changed: {old.sha256[:12]}… then, {new.sha256[:12]}… now"
    was, now = before.protocols[place[0]], after.protocols[place[0]]
    if was.judgments != now.judgments:
        yield f"judgments changed: {was.judgments[:15]}… then, {now.judgments[:15]}… now"
    yield from _spec_changes(was.spec, now.spec)
    if old.engine != new.engine:
        yield f"engine changed: {old.engine} then, {new.engine} now"
    if old.flags != new.flags:
        yield f"flags changed: {_changes(old.flags, new.flags)}"


def _spec_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Keys of the catalogue that decide how a run is scored."""
    quirks = _changes(old.get("quirks") or {}, new.get("quirks") or {})
    if quirks:
        yield f"quirks changed: {quirks}"
    for key in ("split", "depth"):
        if old.get(key) != new.get(key):
            yield f"{key} changed: {old.get(key)} then, {new.get(key)} now"


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    keys = [key for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key)]
    return ", ".join(f"{key} {old.get(key)} then, {new.get(key)} now" for key in keys)
