"""``harness submit``: hand in a run, here or to a server."""

from __future__ import annotations

import argparse
import getpass
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    from harness.submissions.receipt import Finding, Receipt
    from harness.submissions.upload import Upload

SAYS = {
    "published": "published",
    "held": "held: a curator has to look at it first",
    "refused": "refused; nothing was changed",
    "duplicate": "nothing new: the board has this run of this system, or it waits for a curator",
    "would-publish": "would be published",
    "would-hold": "would be held for a curator",
    "would-refuse": "would be refused",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "path", nargs="?", help="a run file, or a folder, zip or tar with runs, cards and a manifest.yaml"
    )
    parser.add_argument("--card", metavar="FILE", help="the card of a run file")
    parser.add_argument("--dataset", "-d", help="the data set of a run file (default: the card's)")
    parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
    parser.add_argument("--runs", default="runs", metavar="DIR", help="the record's folder (default: runs)")
    parser.add_argument(
        "--store",
        metavar="URL",
        help="the store to show it in (default: $HARNESS_STORE, else sqlite:///.harness/board.sqlite)",
    )
    parser.add_argument("--as", dest="actor", metavar="NAME", help="who submits (default: the user's name)")
    parser.add_argument("--server", metavar="URL", help="hand it in there instead")
    parser.add_argument("--token", help="the server's token (default: $HARNESS_TOKEN)")
    parser.add_argument("--template", action="store_true", help="print a card to fill in, and nothing else")
    parser.add_argument("--json", action="store_true", help="print the receipt as JSON")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Submit and print the receipt; exit code 1 if it was refused."""
    from harness.errors import CommandError
    from harness.submissions.cardcheck import card_template
    from harness.submissions.upload import Upload, require_files

    if options.template:
        print(card_template(), end="")
        return 0
    if options.path is None:
        raise CommandError("Name a run file, a folder or an archive; `harness submit --help` has examples.")
    upload = Upload(
        path=Path(options.path), card=Path(options.card) if options.card else None, dataset=options.dataset
    )
    require_files(upload)
    receipt = _remote(upload, options) if options.server else _local(upload, options)
    if options.json:
        print_json(receipt.to_json())
    else:
        print_receipt(receipt)
    return 0 if receipt.ok else 1


def _remote(upload: Upload, options: argparse.Namespace) -> Receipt:
    from harness.errors import CommandError
    from harness.submissions.client import send

    token = options.token or os.environ.get("HARNESS_TOKEN")
    if not token:
        raise CommandError("A server asks for a token: --token, or HARNESS_TOKEN in the environment.")
    return send(upload, options.server, token, dry_run=options.dry_run)


def _local(upload: Upload, options: argparse.Namespace) -> Receipt:
    from harness.store.engine import store_url
    from harness.submissions.admission import admit

    record, store, actor = Path(options.runs), store_url(options.store), actor_of(options.actor)
    if options.dry_run and not record.is_dir():
        say(f"There is no record in {record}; the run is not compared with published ones.")
        with tempfile.TemporaryDirectory() as empty:
            return admit(upload, record=empty, store=None, actor=actor, dry_run=True)
    return admit(upload, record=record, store=store, actor=actor, dry_run=options.dry_run)


def actor_of(named: str | None) -> str:
    """The name given, else the user's."""
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without an entry, as in some containers
        return f"user-{os.getuid()}"


SHOWN_OF_A_KIND = 10


def print_findings(findings: Sequence[Finding]) -> None:
    """What is wrong first; of many warnings of a kind the first few, since ``--json`` has them all."""
    rank = {"error": 0, "warning": 1, "note": 2}
    counts: Counter[tuple[str, str]] = Counter()
    for item in sorted(findings, key=lambda item: rank.get(item.severity, 3)):
        kind = (item.file, item.code)
        counts[kind] += 1
        if item.severity == "error" or counts[kind] <= SHOWN_OF_A_KIND:
            print(item)
    for (file, code), count in counts.items():
        hidden = count - SHOWN_OF_A_KIND
        if hidden > 0 and not any(i.severity == "error" and i.code == code for i in findings):
            print(f"{file}: {hidden} more of [{code}]; --json has all")


def print_receipt(receipt: Receipt) -> None:
    """Findings by file, then scores, flags and the outcome."""
    print_findings(list(receipt.every_finding()))
    for entry in receipt.entries:
        if entry.scores:
            told = f"{entry.answered} of {entry.judged_queries} queries answered"
            print(f"{entry.system} on {entry.dataset}: {told}")
            print_table(["measure", "mean"], [[name, value] for name, value in entry.scores.items()])
        for flag in entry.flags:
            print(f"{entry.system} on {entry.dataset}: {flag.message} [{flag.code}]")
    print(f"{SAYS[receipt.outcome]} ({receipt.id})")
    if receipt.event_hash:
        print(f"ledger event {receipt.event}: {receipt.event_hash}")
