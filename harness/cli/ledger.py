"""``harness ledger``: look at the record's history, check it, and add decisions to it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.cli.output import print_json, print_table
from harness.cli.submit import actor_of, print_receipt

if TYPE_CHECKING:
    from harness.ledger.event import Event

DECISIONS = {
    "withdraw": "take a run back; its row becomes a tombstone with the reason",
    "hide-run": "leave a run off the board",
    "show-run": "show a run again, or an older version",
    "note": "add a note to a run's history",
}
KINDS = {"withdraw": "withdrawn", "hide-run": "hidden", "show-run": "shown", "note": "curated"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    verify = _verb(verbs, "verify", "find any change, deletion, insertion or reordering", _verify)
    verify.add_argument("--head", metavar="HASH", help="an event's hash noted earlier: finds a cut, too")
    log = _verb(verbs, "log", "list events, oldest first", _log)
    log.add_argument("--dataset", "-d", help="only of this data set")
    log.add_argument("--system", "-s", help="only of this system")
    log.add_argument("--as-of", metavar="TIME", help="only up to this date or time")
    log.add_argument("--json", action="store_true", help="print whole events as JSON")
    show = _verb(verbs, "show", "print one event", _show)
    show.add_argument("number", type=int, help="its number")
    _verb(verbs, "held", "list submissions that wait for a curator", _held)
    for name, summary in DECISIONS.items():
        decide = _verb(verbs, name, summary, _decide)
        decide.add_argument("dataset")
        decide.add_argument("system")
        decide.add_argument("--run", metavar="SHA256", help="which run (default: the one on the board)")
        _add_decision(decide, required=name in ("withdraw", "note"))
    for name, summary in (("accept", "publish a held submission"), ("refuse", "refuse a held submission")):
        answer = _verb(verbs, name, summary, _answer)
        answer.add_argument("receipt", help="the submission's id, as `harness ledger held` prints it")
        _add_decision(answer, required=True)


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    summary: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=summary, description=summary)
    parser.add_argument("--runs", default="runs", metavar="DIR", help="the record's folder (default: runs)")
    parser.set_defaults(execute=run)
    return parser


def _add_decision(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--reason", required=required, default="", help="why; shown to whoever asks")
    parser.add_argument("--as", dest="actor", metavar="NAME", help="who decides (default: the user's name)")
    parser.add_argument("--store", metavar="URL", help="a store to bring after the decision")


def _verify(options: argparse.Namespace) -> int:
    from harness.errors import CommandError
    from harness.ledger.chain import verify

    if options.head and len(options.head) < 8:
        raise CommandError("--head needs at least the first 8 characters of a hash.")
    found = verify(options.runs, head=options.head)
    for problem in found.problems:
        print(problem)
    if found.torn:
        print(
            f"{found.torn} bytes behind the last event were never acknowledged; the next event removes them."
        )
    print(f"{len(found.events)} events are whole" + ("" if found.ok else ", then the chain is broken"))
    print(f"head {found.head}")
    return 0 if found.ok else 1


def _log(options: argparse.Namespace) -> int:
    from harness.ledger.ledger import read_events
    from harness.ledger.moment import parse_moment
    from harness.ledger.standing import history

    as_of = parse_moment(options.as_of) if options.as_of else None
    events = history(read_events(options.runs, as_of=as_of), options.dataset, options.system)
    if options.json:
        print_json([event.to_json() for event in events])
    elif not events:
        print("No event.")
    else:
        head = ["number", "time", "kind", "by", "data set", "system", "run", "reason"]
        print_table(head, [_line(event) for event in events])
    return 0


def _line(event: Event) -> list[object]:
    return [
        event.number,
        event.time[:19] + "Z",
        event.kind,
        event.actor,
        event.dataset,
        event.system,
        event.run[:12],
        event.reason,
    ]


def _show(options: argparse.Namespace) -> int:
    from harness.errors import UnknownNameError
    from harness.ledger.ledger import read_events

    events = read_events(options.runs)
    if not 1 <= options.number <= len(events):
        known = f"The ledger has {len(events)} events."
        raise UnknownNameError("event", str(options.number), [], known)
    print_json(events[options.number - 1].to_json())
    return 0


def _held(options: argparse.Namespace) -> int:
    from harness.submissions.decisions import held

    waiting = held(options.runs)
    for receipt in waiting:
        print(f"submitted by {receipt.actor} on {receipt.time[:19]}Z")
        print_receipt(receipt)
        print()
    print(f"{len(waiting)} submissions wait")
    return 0


def _decide(options: argparse.Namespace) -> int:
    from harness.submissions import decisions

    who = actor_of(options.actor)
    event = decisions.decide(
        KINDS[options.what],
        options.runs,
        options.dataset,
        options.system,
        actor=who,
        reason=options.reason,
        run=options.run,
        store=options.store,
    )
    print(f"ledger event {event.number}: {event.kind} {event.dataset}/{event.system} {event.run[:12]}")
    print(event.hash)
    return 0


def _answer(options: argparse.Namespace) -> int:
    from harness.submissions import decisions

    who = actor_of(options.actor)
    if options.what == "accept":
        receipt = decisions.accept(
            options.runs, options.receipt, actor=who, reason=options.reason, store=options.store
        )
    else:
        receipt = decisions.refuse(options.runs, options.receipt, actor=who, reason=options.reason)
    print_receipt(receipt)
    return 0
