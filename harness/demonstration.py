"""The demonstration: every baseline declared for the demo collection, run, scored and ranked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.errors import CommandError
from harness.leaderboard.board import Board
from harness.leaderboard.rebuild import rebuild
from harness.reproduction.availability import weights_obstacle
from harness.retrievers.execute import run
from harness.retrievers.spec import SystemSpec, read_systems
from harness.retrievers.stage_spec import missing_extras

DATASET = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the demonstration leaves: the record's folder, the store's URL and the board in it."""

    runs: Path
    store: str
    board: Board


def baselines_folder() -> Path:
    """The folder of baseline files: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parent
    for folder in (package.parent / "baselines", package / "baselines"):
        if folder.is_dir():
            return folder
    raise CommandError("The baselines folder was not found beside or inside the harness package.")


def demo(home: str | Path = ".harness", *, progress: Callable[[str], None] | None = None) -> Demo:
    """Run the baselines that name the demo collection, rebuild the store from their runs, read the board.

    A baseline whose optional packages or weights are not installed takes part with its run in the project's
    own record, if that is there (in a checkout), and is left out otherwise; ``progress`` is told which.

    Args:
        home: runs go to ``home/runs``, the store is ``home/board.sqlite``.
        progress: called with a line for each step.
    """
    say = progress or (lambda _line: None)
    runs, store = Path(home) / "runs", f"sqlite:///{Path(home) / 'board.sqlite'}"
    files = sorted(baselines_folder().glob("*.yaml"))
    systems: list[SystemSpec] = [spec for path in files for spec in read_systems(path)]
    for spec in systems:
        if DATASET not in spec.datasets:
            continue
        absent = [*missing_extras(spec.pipeline), weights_obstacle(spec, offline=True)][0]
        if absent:
            say(_recorded(spec.system, runs, absent) or f"leaving out {spec.system}: {absent}")
        else:
            say(f"running {spec.system}: {spec.description}")
            run(spec, DATASET, runs / DATASET / spec.system)
    return Demo(runs=runs, store=store, board=rebuild(runs, store))


def _recorded(system: str, runs: Path, absent: str) -> str | None:
    """Copy the run in the record of the checkout; a line that says so, None where there is none."""
    record = Path(__file__).resolve().parent.parent / "runs" / DATASET / system
    if not record.is_dir():
        return None
    shutil.copytree(record, runs / DATASET / system, dirs_exist_ok=True)
    return f"taking the recorded run of {system}: {absent}"
