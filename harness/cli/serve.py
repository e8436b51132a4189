"""``harness serve``: serve the leaderboard page."""

from __future__ import annotations

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--store",
        metavar="URL",
        help="the store (default: $HARNESS_STORE, else sqlite:///.harness/board.sqlite)",
    )
    parser.add_argument(
        "--runs", default=None, metavar="DIR", help="the record's folder, for downloads of runs"
    )
    parser.add_argument("--port", type=int, default=8501, help="port on localhost (default: 8501)")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from harness.serving import serve

    return serve(options.store, port=options.port, runs=options.runs)
