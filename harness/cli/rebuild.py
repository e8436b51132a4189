"""``harness rebuild``: make the store from the record."""

from __future__ import annotations

import argparse
import sys

from harness.cli.output import say
from harness.words import many

WARNINGS = {
    "card-changed": "the card was edited after the run was published",
    "data-changed": "the documents, queries or judgments are not those that the run was made on",
    "count-mismatch": "the data here have other counts than the catalogue",
}
"""Findings that are the rebuild's own, and not the run file's."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--runs", default="runs", metavar="DIR", help="the record's folder (default: runs)")
    parser.add_argument(
        "--store",
        metavar="URL",
        help="the store (default: $HARNESS_STORE, else sqlite:///.harness/board.sqlite)",
    )
    parser.add_argument(
        "--as-of",
        metavar="TIME",
        help="only what the record knew at this date or time (default: all)",
    )
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Rebuild; the digest is the last line printed."""
    from harness.leaderboard.rebuild import rebuild
    from harness.ledger.moment import parse_moment

    as_of = parse_moment(options.as_of) if options.as_of else None
    progress = say if sys.stderr.isatty() else None
    board = rebuild(options.runs, options.store, progress=progress, as_of=as_of)
    print(many(len(board.rows), "row"))
    for dataset, system, missing in board.incomplete:
        print(f"{dataset}: {system} is not averaged, it lacks {', '.join(missing)}")
    if board.tombstones:
        print(f"{len(board.tombstones)} withdrawn")
    _warn(options.store)
    print(board.digest)
    return 0


def _warn(store: str | None) -> None:
    """Name the runs whose rows bear a warning of the rebuild itself."""
    from harness.store.engine import connect
    from harness.store.reading import read_systems_with

    engine = connect(store)
    for code, told in WARNINGS.items():
        for dataset, system in read_systems_with(engine, code):
            say(f"warning: {system} on {dataset}: {told} [{code}]")
    engine.dispose()
