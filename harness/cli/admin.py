"""``harness admin``: what an administrator has to know."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from harness.cli.output import add_format, print_json, print_table

if TYPE_CHECKING:
    from harness.submissions.report import AdminReport


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    report = actions.add_parser("report", help="queue, refusals, storage, reproductions, ledger, accounts")
    report.add_argument("--runs", default="runs", metavar="DIR", help="the record's folder (default: runs)")
    report.add_argument(
        "--store",
        metavar="URL",
        help="the store (default: $HARNESS_STORE, else sqlite:///.harness/board.sqlite)",
    )
    report.add_argument("--accounts", metavar="URL", help="the accounts (default: $HARNESS_ACCOUNTS, if set)")
    add_format(report)
    report.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Print the report; exit code 1 if the ledger was changed after it was written."""
    import os
    from pathlib import Path

    from harness.errors import CommandError
    from harness.submissions.report import report

    if not Path(options.runs).is_dir():
        raise CommandError(f"There is no folder {options.runs}.")
    accounts = options.accounts or os.environ.get("HARNESS_ACCOUNTS")
    found = report(options.runs, store=options.store, accounts=accounts)
    if options.format == "json":
        print_json(found.to_json())
    else:
        _print(found)
    return 0 if found.ledger["ok"] else 1


def _print(found: AdminReport) -> None:
    ledger, store = found.ledger, found.store
    print(f"report of {found.time}\n\nledger: {ledger['events']} events, head {ledger['head'][:16]}…, "
          f"{'whole' if ledger['ok'] else 'CHANGED'}")  # fmt: skip
    for problem in ledger["problems"]:
        print(f"  {problem}")
    if ledger["torn_bytes"]:
        print(f"  {ledger['torn_bytes']} bytes of a write that was interrupted; the next one removes them")
    if "problem" in store:
        print(f"store: {store['problem']}")
    else:
        print(f"store: digest {store['digest']}, {'up to date' if store['current'] else 'BEHIND the ledger'}")
    if found.accounts:
        roles = ", ".join(f"{count} {role}" for role, count in found.accounts["accounts"].items()) or "none"
        registration = "on" if found.accounts["registration"] else "off"
        print(f"accounts: {roles}; {found.accounts['disabled']} disabled, "
              f"{found.accounts['tokens']} good tokens, registration {registration}")  # fmt: skip
    sections = (
        ("waiting for a curator", ["submission", "by", "since", "runs", "noticed"],
         [[w.id, w.actor, w.time[:16], ", ".join(w.runs), ", ".join(w.flags)] for w in found.queue]),
        ("submissions", ["outcome", "number"], [list(item) for item in found.outcomes.items()]),
        ("refusals", ["code", "submissions"], [list(item) for item in found.refusals.items()]),
        ("storage", ["kind", "bytes"], [list(item) for item in found.storage.items()]),
        ("last reproductions", ["data set", "system", "time", "machine", "verdict"],
         [[*item[:2], item.time[:16], *item[3:]] for item in found.reproductions]),
    )  # fmt: skip
    for title, header, rows in sections:
        print(f"\n{title}")
        if rows:
            print_table(header, rows)
        else:
            print("none")
