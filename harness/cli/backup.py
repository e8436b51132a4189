"""``harness backup``: record, ledger and accounts in one file."""

from __future__ import annotations

import argparse

from harness.words import many


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", help="the tar to write; it must not exist yet")
    parser.add_argument("--runs", default="runs", metavar="DIR", help="the record's folder (default: runs)")
    parser.add_argument("--accounts", metavar="URL", help="the accounts (default: $HARNESS_ACCOUNTS, if set)")
    parser.add_argument(
        "--store",
        metavar="URL",
        help="note the digest of this store (default: $HARNESS_STORE, else sqlite:///.harness/board.sqlite)",
    )
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Back up; the last line is the board's digest, if the store is up to date."""
    import os

    from harness.store.engine import store_url
    from harness.submissions.backup import backup

    found = backup(
        options.file,
        record=options.runs,
        accounts=options.accounts or os.environ.get("HARNESS_ACCOUNTS"),
        store=store_url(options.store),
    )
    print(
        f"{found.path}: {many(found.files, 'file')}, {many(found.events, 'event')}, "
        f"{many(found.accounts, 'account')}, "
        f"{found.bytes:,} bytes"
    )
    print(f"board digest {found.digest}" if found.digest else "no digest: no store was up to date")
    return 0
