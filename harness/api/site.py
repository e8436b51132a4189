"""What a server serves: the store, the record, the accounts, and the limits of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.api.snapshot import Snapshots
from harness.submissions.door import Door


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The places behind one server.

    Attributes:
        store: URL of the store.
        record: the folder of runs and ledger; None where only the store is served.
        accounts: URL of the accounts; None for a server that nothing can be handed in to.
        body_bytes: the largest body of a request.
        workers: operations that cost processor time, submissions among them, that run at once.
        waiting: further ones that may wait; beyond that the answer is 503.
        snapshots: the board as it is now and was, kept while nothing changes.
        door: where runs are handed in; None without a record or accounts.
    """

    store: str
    record: Path | None = None
    accounts: str | None = None
    body_bytes: int = 2**30
    workers: int = 2
    waiting: int = 64
    snapshots: Snapshots = field(init=False)
    door: Door | None = field(init=False)

    def __post_init__(self) -> None:
        door = None
        if self.record is not None and self.accounts is not None:
            door = Door(record=self.record, store=self.store, accounts=self.accounts)
        object.__setattr__(self, "snapshots", Snapshots(self.store))
        object.__setattr__(self, "door", door)

    def describe(self) -> Mapping[str, bool]:
        """Which doors are open, for the index of the API."""
        return {"downloads": self.record is not None, "submissions": self.door is not None}
