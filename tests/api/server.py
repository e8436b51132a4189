"""A server process of the API alone, which the tests may kill: ``python -m tests.api.server PORT FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

from harness.api.app import create_app
from harness.api.site import Site
from harness.leaderboard.publishing import catch_up


def main(port: int, folder: Path) -> None:
    """Do what ``harness serve`` does, less the pages."""
    store, record = f"sqlite:///{folder / 'board.sqlite'}", folder / "record"
    catch_up(record, store)
    site = Site(store=store, record=record, accounts=f"sqlite:///{folder / 'accounts.sqlite'}")
    uvicorn.run(create_app(site), host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
