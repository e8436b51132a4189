"""``harness serve``: serve the leaderboard, its API and, if wished, submissions."""

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
        "--runs", default=None, metavar="DIR", help="the record's folder, for downloads and submissions"
    )
    parser.add_argument(
        "--accounts",
        metavar="URL",
        help="the accounts (default: $HARNESS_ACCOUNTS); with them and --runs, runs can be handed in",
    )
    parser.add_argument("--port", type=int, default=8501, help="port (default: 8501)")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine alone)"
    )
    parser.add_argument("--log", metavar="FILE", help="append a line of JSON for each request of the API")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from harness.serving import serve

    return serve(
        options.store,
        port=options.port,
        runs=options.runs,
        accounts=options.accounts,
        host=options.host,
        log=options.log,
    )
