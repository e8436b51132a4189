"""The door of a server: who hands in is known and counted, then the one admission decides.

The page and the API both come through here, so that neither allows what the other does not.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import RequestError
from harness.leaderboard.grounds import Grounds
from harness.ledger.moment import utc_now
from harness.store.engine import store_url
from harness.submissions.account import Identity
from harness.submissions.admission import admit
from harness.submissions.budget import gate
from harness.submissions.disclosure import public_receipt
from harness.submissions.limits import SubmissionLimits
from harness.submissions.policy import policies, served_catalogue
from harness.submissions.ratelimit import SIGN_INS, SUBMISSIONS, count_use
from harness.submissions.receipt import Receipt
from harness.submissions.tokens import authenticate
from harness.submissions.upload import Upload

VISITOR = "visitor"
"""The actor of a dry run without a token; nothing is kept of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where a server lets runs in.

    Attributes:
        record: the folder of runs and ledger.
        store: URL of the store.
        accounts: URL of the accounts.
        limits: of one submission.
        grounds: data sets made ready once.
    """

    record: Path
    store: str
    accounts: str
    limits: SubmissionLimits = field(default_factory=SubmissionLimits)
    grounds: Grounds = field(default_factory=Grounds)


def door_from_environment() -> Door | None:
    """The door that ``harness serve`` named in the environment; None where nothing can be handed in."""
    record, accounts = os.environ.get("HARNESS_RUNS"), os.environ.get("HARNESS_ACCOUNTS")
    if not record or not accounts:
        return None
    return Door(record=Path(record), store=store_url(), accounts=accounts)


def hand_in(
    door: Door | None, upload: Upload, *, token: str | None, dry_run: bool = False, address: str = ""
) -> Receipt:
    """Hand in a run, or try what would become of it.

    Args:
        door: None is a server that is read-only.
        upload: as :mod:`harness.submissions.upload` has it.
        token: needed unless it is a dry run.
        dry_run: check and score, and keep nothing; not on hidden judgments.
        address: whose requests are counted.

    Returns:
        what became of it, less what hidden judgments forbid to tell.

    Raises:
        RequestError: 401 without a good token, 403 where it does not allow this, 429 after too many, 503
            where nothing can be handed in.
    """
    if door is None:
        raise RequestError(503, "Nothing can be handed in here: the server was started without accounts.")
    identity = known(door.accounts, token, address) if token or not dry_run else None
    if identity is not None:
        identity.require("submit")
    return take(door, upload, identity=identity, dry_run=dry_run, address=address)


def known(accounts: str, token: str | None, address: str) -> Identity:
    """Who a token stands for; tries are counted by address.

    Raises:
        RequestError: 401 or 429.
    """
    if not token:
        raise RequestError(401, "A token is needed to hand in a run.")
    count_use(accounts, SIGN_INS, address)
    return authenticate(accounts, token)


def take(door: Door, upload: Upload, *, identity: Identity | None, dry_run: bool, address: str) -> Receipt:
    """The same for somebody who is known already.

    Raises:
        RequestError: 429 after too many submissions.
    """
    count_use(door.accounts, SUBMISSIONS, identity.account if identity else address)
    catalogue = served_catalogue()
    actor = identity.account if identity else VISITOR
    receipt = admit(
        upload,
        record=door.record,
        store=door.store,
        actor=actor,
        dry_run=dry_run,
        limits=door.limits,
        gate=gate(door.accounts, actor, catalogue, now=utc_now(), dry_run=dry_run),
        grounds=door.grounds,
    )
    return public_receipt(receipt, policies(catalogue))
