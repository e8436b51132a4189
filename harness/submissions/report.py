"""What an administrator has to know: what waits, what was refused and why, what takes up how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from harness.errors import StoreError
from harness.ledger.chain import LEDGER_NAME, verify
from harness.ledger.event import Event
from harness.ledger.moment import utc_now
from harness.store.engine import connect, store_url
from harness.store.reading import read_about
from harness.submissions.accounts import list_accounts, registration_open
from harness.submissions.freshness import is_current
from harness.submissions.quarantine import QUARANTINE, RECEIPTS, receipts
from harness.submissions.receipt import HELD, Receipt
from harness.submissions.tokens import list_tokens


class Waiting(NamedTuple):
    """A held submission: whose, since when, what it is of and what was noticed."""

    id: str
    actor: str
    time: str
    runs: tuple[str, ...]
    flags: tuple[str, ...]


class Reproduction(NamedTuple):
    """The last time that a run was made again."""

    dataset: str
    system: str
    time: str
    machine_class: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminReport:
    """The state of a server.

    Attributes:
        time: of the report.
        queue: what waits for a curator, oldest first.
        outcomes: outcome to number of submissions.
        refusals: code of a finding to the number of refused submissions that have it, most frequent first.
        storage: kind of file to bytes.
        reproductions: the last one of each run, newest first.
        ledger: ``events``, ``head``, ``ok``, ``problems``, ``torn_bytes``.
        store: ``digest`` and whether it is ``current`` with the ledger; ``problem`` where it cannot be read.
        accounts: ``accounts``, ``disabled``, ``tokens`` (good ones), ``registration`` (open or not); empty
            where the server has none.
    """

    time: str
    queue: tuple[Waiting, ...]
    outcomes: Mapping[str, int]
    refusals: Mapping[str, int]
    storage: Mapping[str, int]
    reproductions: tuple[Reproduction, ...]
    ledger: Mapping[str, Any]
    store: Mapping[str, Any]
    accounts: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``."""
        plain = asdict(self)
        plain["queue"] = [item._asdict() for item in self.queue]
        plain["reproductions"] = [item._asdict() for item in self.reproductions]
        return plain


def report(record: str | Path, *, store: str | None = None, accounts: str | None = None) -> AdminReport:
    """The state of a server, read from its record, store and accounts; nothing is changed.

    A damaged ledger or an absent store is part of the report, not an error.

    Raises:
        StoreError: the accounts cannot be read.
    """
    folder = Path(record)
    every = receipts(folder)
    checked = verify(folder)
    refused = [each for each in every if not each.ok]
    codes = Counter(code for each in refused for code in _codes(each))
    return AdminReport(
        time=utc_now(),
        queue=tuple(_waiting(each) for each in reversed(every) if each.outcome == HELD),
        outcomes=dict(sorted(Counter(each.outcome for each in every).items())),
        refusals=dict(sorted(codes.items(), key=lambda item: (-item[1], item[0]))),
        storage=_storage(folder, store_url(store)),
        reproductions=_reproductions(checked.events),
        ledger={
            "events": len(checked.events),
            "head": checked.head,
            "ok": checked.ok,
            "problems": [str(problem) for problem in checked.problems],
            "torn_bytes": checked.torn,
        },
        store=_store(store_url(store), checked.events),
        accounts=_accounts(accounts) if accounts else {},
    )


def _codes(receipt: Receipt) -> set[str]:
    return {item.code for item in receipt.every_finding() if item.severity == "error"}


def _waiting(receipt: Receipt) -> Waiting:
    return Waiting(
        receipt.id,
        receipt.actor,
        receipt.time,
        tuple(f"{entry.system} on {entry.dataset}" for entry in receipt.entries),
        tuple(sorted({flag.code for entry in receipt.entries for flag in entry.flags if flag.holds})),
    )


def _storage(folder: Path, store: str) -> dict[str, int]:
    kinds = {QUARANTINE: "quarantine", RECEIPTS: "receipts", LEDGER_NAME: "ledger"}
    sizes = dict.fromkeys((*kinds.values(), "runs", "store"), 0)
    for path in folder.rglob("*"):
        if path.is_file():
            sizes[kinds.get(path.relative_to(folder).parts[0], "runs")] += path.stat().st_size
    if store.startswith("sqlite:///"):
        file = Path(store.removeprefix("sqlite:///"))
        sizes["store"] = file.stat().st_size if file.is_file() else 0
    return sizes


def _reproductions(events: tuple[Event, ...]) -> tuple[Reproduction, ...]:
    last = {event.key: event for event in events if event.kind == "reproduced"}
    return tuple(
        Reproduction(
            event.dataset,
            event.system,
            event.time,
            str(event.details.get("machine_class", "")),
            str(event.details.get("verdict", "")),
        )
        for event in sorted(last.values(), key=lambda event: -event.number)
    )


def _store(url: str, events: tuple[Event, ...]) -> dict[str, Any]:
    try:
        engine = connect(url)
    except StoreError as error:
        return {"problem": str(error)}
    found = {"digest": read_about(engine).get("digest", ""), "current": is_current(engine, events)}
    engine.dispose()
    return found


def _accounts(url: str) -> dict[str, Any]:
    every, now = list_accounts(url), utc_now()
    good = [t for t in list_tokens(url) if not t.revoked and (t.expires is None or t.expires > now)]
    roles = Counter(account.role for account in every)
    return {
        "accounts": dict(sorted(roles.items())),
        "disabled": sum(account.disabled is not None for account in every),
        "tokens": len(good),
        "registration": registration_open(url),
    }
