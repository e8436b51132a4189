"""``harness rebuild``: make the store from the record."""

from __future__ import annotations

import argparse
import sys

from harness.cli.output import say


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--runs", default="runs", metavar="DIR", help="the record's folder (default: runs)")
    parser.add_argument(
        "--store",
        metavar="URL",
        help="the store (default: $HARNESS_STORE, else sqlite:///.harness/board.sqlite)",
    )
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Rebuild; the digest is the last line printed."""
    from harness.leaderboard.rebuild import rebuild

    board = rebuild(options.runs, options.store, progress=say if sys.stderr.isatty() else None)
    print(f"{len(board.rows)} rows")
    for dataset, system, missing in board.incomplete:
        print(f"{dataset}: {system} is not averaged, it lacks {', '.join(missing)}")
    print(board.digest)
    return 0
