"""``harness demo``: the whole line on the demo collection."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.cli.board import print_board
from harness.cli.output import say


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--home", default=".harness", metavar="DIR", help="folder for runs and store (default: .harness)"
    )
    parser.add_argument(
        "--port", type=int, default=8501, help="port of the page on localhost (default: 8501)"
    )
    parser.add_argument("--no-serve", action="store_true", help="stop after printing the board")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Run, rebuild, print, serve."""
    from harness.demonstration import demo
    from harness.serving import serve

    made = demo(Path(options.home), progress=say)
    print_board(made.board)
    if options.no_serve:
        return 0
    return serve(made.store, port=options.port, runs=str(made.runs))
