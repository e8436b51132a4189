"""Where to begin: what the API offers, and its own description."""

from __future__ import annotations

from importlib.metadata import version

from harness.api.operation import PREFIX, Answer, Call


def index(call: Call) -> Answer:
    """The digest of the board and the places to go from here."""
    names = ("board", "datasets", "systems", "runs", "compare", "ledger", "openapi.json")
    return Answer(
        body={
            "title": "Retrieval leaderboard",
            "version": version("retrieval-harness"),
            "digest": call.site.snapshots.read().board.digest,
            "open": dict(call.site.describe()),
            "links": {name: f"{PREFIX}/{name}" for name in names},
        }
    )
