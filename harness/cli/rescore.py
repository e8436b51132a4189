"""``harness rescore``: score the record again, say what changed on the board and why."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from harness.cli.output import add_format, print_json, print_table, say

if TYPE_CHECKING:
    from harness.reproduction.changes import Cell
    from harness.reproduction.rescore import Rescored


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--runs", default="runs", metavar="DIR", help="the record's folder (default: runs)")
    parser.add_argument(
        "--store",
        metavar="URL",
        help="the store (default: $HARNESS_STORE, else sqlite:///.harness/board.sqlite)",
    )
    parser.add_argument("--dry-run", action="store_true", help="compare only; store and ledger stay")
    parser.add_argument(
        "--actor", default="harness rescore", metavar="NAME", help="who stands in the ledger for it"
    )
    add_format(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Score again and print every change; exit code 1 if one of them has no reason."""
    from harness.reproduction.rescore import rescore

    found = rescore(
        options.runs,
        options.store,
        actor=options.actor,
        dry_run=options.dry_run,
        progress=say if sys.stderr.isatty() else None,
    )
    if options.format == "json":
        print_json(_document(found))
    else:
        _print(found)
    return 0 if found.ok else 1


def _document(found: Rescored) -> dict[str, object]:
    return {
        "ok": found.ok,
        "dry_run": found.dry_run,
        "compared": found.compared,
        "digest_before": found.digest_before,
        "digest_after": found.digest_after,
        "changes": [{**cell._asdict(), "reasons": list(cell.reasons)} for cell in found.cells],
        "altered": [{"dataset": dataset, "system": system} for dataset, system in found.altered],
        "events": [event.to_json() for event in found.events],
    }


def _print(found: Rescored) -> None:
    from harness.reproduction.changes import UNEXPLAINED

    if found.cells:
        header = ["data set", "system", "measure", "old", "new", "change", "reason"]
        print_table(header, [_row(cell) for cell in found.cells])
        print()
    print(f"{len(found.cells)} of {found.compared} scores changed")
    for dataset, system in found.altered:
        print(f"{dataset}: the values of queries of {system} in the store were others; {UNEXPLAINED}")
    if found.digest_before == found.digest_after:
        print(f"digest of the board: {found.digest_after}")
    else:
        print(f"digest of the board: {found.digest_before} then\n{'':21}{found.digest_after} now")
    if found.dry_run:
        print("dry run: store and ledger are as they were")
    elif found.events:
        print(f"the old values stay in the ledger, in {len(found.events)} events")


def _row(cell: Cell) -> list[object]:
    change = f"{cell.new - cell.old:+.6f}" if cell.old is not None and cell.new is not None else ""
    values = ["" if value is None else value for value in (cell.old, cell.new)]
    return [cell.dataset, cell.system, cell.measure, *values, change, "; ".join(cell.reasons)]
