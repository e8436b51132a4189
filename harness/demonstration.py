"""The demonstration: every baseline declared for the demo collection, run, scored and ranked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.errors import CommandError
from harness.leaderboard.board import Board
from harness.leaderboard.rebuild import rebuild
from harness.retrievers.execute import run
from harness.retrievers.spec import SystemSpec, read_system

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

    Args:
        home: runs go to ``home/runs``, the store is ``home/board.sqlite``.
        progress: called with a line for each step.
    """
    say = progress or (lambda _line: None)
    runs, store = Path(home) / "runs", f"sqlite:///{Path(home) / 'board.sqlite'}"
    for path in sorted(baselines_folder().glob("*.yaml")):
        spec: SystemSpec = read_system(path)
        if DATASET in spec.datasets:
            say(f"running {spec.system}: {spec.description}")
            run(spec, DATASET, runs / DATASET / spec.system)
    return Demo(runs=runs, store=store, board=rebuild(runs, store))
