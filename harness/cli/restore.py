"""``harness restore``: record, accounts and store from a backup."""

from __future__ import annotations

import argparse

from harness.words import many


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", help="what harness backup wrote")
    parser.add_argument(
        "--runs", required=True, metavar="DIR", help="where the record is to be; absent or empty"
    )
    parser.add_argument(
        "--store",
        metavar="URL",
        help="the store to make (default: $HARNESS_STORE, else sqlite:///.harness/board.sqlite)",
    )
    parser.add_argument(
        "--accounts", metavar="URL", help="where the accounts are to be (default: they are left aside)"
    )
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Restore; the last line is the digest of the board, which is that of the backup."""
    from harness.submissions.restore import restore

    board = restore(options.file, record=options.runs, store=options.store, accounts=options.accounts)
    print(many(len(board.rows), "row"))
    print(f"board digest {board.digest}")
    return 0
