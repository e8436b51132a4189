"""Score the whole record again with the judgments and the engine of today, and say what changed and why."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.leaderboard.grounds import Grounds
from harness.leaderboard.rebuild import rebuild
from harness.ledger.event import Draft, Event
from harness.ledger.ledger import writing
from harness.reproduction.changes import BoardState, Cell, altered_values, changed_cells

KIND = "re-scored"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescored:
    """What scoring again found.

    Attributes:
        cells: the scores that changed, by data set and system.
        altered: (data set, system) whose values of queries in the store were others, without a reason.
        compared: scores on the board now.
        digest_before, digest_after: of the two boards.
        events: what was written into the ledger; none for a dry run.
        dry_run: whether store and ledger were left as they were.
    """

    cells: tuple[Cell, ...]
    altered: tuple[tuple[str, str], ...]
    compared: int
    digest_before: str
    digest_after: str
    events: tuple[Event, ...]
    dry_run: bool

    @property
    def ok(self) -> bool:
        """Whether every change has a reason."""
        return not self.altered and all(cell.explained for cell in self.cells)


def rescore(
    runs: str | Path,
    store: str | None = None,
    *,
    actor: str = "harness rescore",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Rescored:
    """Compute the board of a record again and compare it with the one in the store, score by score.

    The new board is computed aside. Then the old and new values of every run that was scored differently are
    written into the ledger, and only then is the store replaced, so that no value is lost in between.

    Args:
        runs: the record's folder.
        store: the store to compare with and to replace; by default as in ``harness rebuild``.
        actor: who stands in the ledger for it.
        dry_run: only compare.
        progress: called with a line for each run.

    Raises:
        CommandError: ``runs`` is not a folder.
        StoreError: there is no store to compare with, or the record has a problem; nothing is changed.
    """
    before, grounds = BoardState.read(store), Grounds()
    with tempfile.TemporaryDirectory(prefix="harness-rescore-") as folder:
        aside = f"sqlite:///{folder}/board.sqlite"
        rebuild(runs, aside, progress=progress, grounds=grounds)
        after = BoardState.read(aside)
    cells, altered = changed_cells(before, after), altered_values(before, after)
    events: tuple[Event, ...] = ()
    if not dry_run:
        drafts = list(_drafts(cells, before, after, actor))
        if drafts:
            with writing(runs) as pen:
                events = pen.append(*drafts)
        if before.board.digest != after.board.digest or cells or altered:
            rebuild(runs, store, grounds=grounds)
    return Rescored(
        cells=cells,
        altered=altered,
        compared=sum(len(row.measures) for row in after.board.rows),
        digest_before=before.board.digest,
        digest_after=after.board.digest,
        events=events,
        dry_run=dry_run,
    )


def _drafts(cells: tuple[Cell, ...], before: BoardState, after: BoardState, actor: str) -> Iterator[Draft]:
    """An event for each run that is the same and has other scores; what came or went has events of its own.

    Scores on hidden judgments stay out of the ledger, which everybody can read: there the event names the
    measures alone.
    """
    old, new = before.rows(), after.rows()
    for place in dict.fromkeys((cell.dataset, cell.system) for cell in cells):
        if place not in old or place not in new or old[place].sha256 != new[place].sha256:
            continue
        changed = [cell for cell in cells if (cell.dataset, cell.system) == place]
        hidden = bool(after.protocols[place[0]].spec.get("hidden"))
        names = {"measures": [cell.measure for cell in changed]}
        values = {
            "old": {cell.measure: cell.old for cell in changed},
            "new": {cell.measure: cell.new for cell in changed},
        }
        yield Draft(
            kind=KIND,
            actor=actor,
            dataset=place[0],
            system=place[1],
            run=new[place].sha256,
            reason="; ".join(dict.fromkeys(reason for cell in changed for reason in cell.reasons)),
            details=names if hidden else values,
        )
