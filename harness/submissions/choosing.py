"""Which of a system's runs a decision is about."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from harness.errors import CommandError, DataError, UnknownNameError
from harness.leaderboard.incoming import record_folders
from harness.leaderboard.placing import Placed
from harness.runfiles.card import CARD_NAME, read_card


def chosen_run(
    placed: Sequence[Placed], kind: str, dataset: str, system: str, run: str | None, folder: Path
) -> str:
    """The sha256 of the run that is meant: the one named, else the one on the board, else the newest.

    Args:
        placed: the runs of the system.
        kind: of the decision.
        run: its first characters, as somebody named it.
        folder: the record's, to say what is there instead.

    Raises:
        UnknownNameError: there is no such run, or several begin so.
        CommandError: it was withdrawn already, or the board shows an older version again and no run is named,
            or its folder is not where its card says.
    """
    known = [item for item in placed if (item.card.dataset, item.card.system) == (dataset, system)]
    if run is not None:
        named = [item for item in known if len(run) >= 8 and item.card.run.sha256.startswith(run)]
    elif kind == "shown":
        named = [item for item in known if item.standing.state == "published"][-1:]
    else:
        named = [item for item in known if item.shown] or known[-1:]
        _require_newest(known, named, kind, f"{system} on {dataset}")
    if len(named) == 1 and (kind, named[0].standing.state) == ("withdrawn", "withdrawn"):
        raise CommandError(f"This run of {system} on {dataset} was withdrawn already.")
    if len(named) == 1:
        return named[0].card.run.sha256
    if not known:
        _refuse_misplaced(folder, dataset, system)
        cards = folder.glob(f"*/*/{CARD_NAME}")
        there = [card.parent.relative_to(folder).as_posix() for card in cards]
        raise UnknownNameError("system in the record", f"{dataset}/{system}", there)
    raise UnknownNameError("run", run or system, [item.card.run.sha256 for item in known])


def _refuse_misplaced(record: Path, dataset: str, system: str) -> None:
    """Name the folder that has the run, where it is not the one that the card's names make.

    Raises:
        CommandError: there is such a folder; a rebuild finds it, a decision looks at the usual place alone.
    """
    for folder in record_folders(record):
        with contextlib.suppress(DataError):
            card = read_card(folder / CARD_NAME)
            if (card.dataset, card.system) == (dataset, system):
                raise CommandError(
                    f"{system} on {dataset} stands in {folder}, which is another system's place: move the "
                    f"folder to {record / dataset / system}, or mend its card."
                )


def _require_newest(known: Sequence[Placed], named: Sequence[Placed], kind: str, what: str) -> None:
    """Let nobody withdraw an older version who means the newest; hiding one can be undone.

    Raises:
        CommandError: the board shows an older version again, so that the decision has to name its run.
    """
    if kind != "withdrawn" or not any(item.shown for item in named):
        return
    newer = known[known.index(named[-1]) + 1 :]
    if newer:
        lines = [f"{item.card.run.sha256[:12]} is {item.standing.state}" for item in newer]
        raise CommandError(
            f"The board shows an older version of {what} again: {', '.join(lines)}. "
            f"To withdraw that one, too, name it: --run {named[-1].card.run.sha256[:12]}"
        )
