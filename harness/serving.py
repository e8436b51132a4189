"""Serve the leaderboard: the pages and the JSON API from one process and one port."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import signal
import socket
import sys
import tomllib
from pathlib import Path
from types import FrameType
from typing import Any

from harness.errors import CommandError, MissingExtraError
from harness.store.engine import connect, store_url

LOCAL = "127.0.0.1"


def serve(
    store: str | None = None,
    *,
    port: int = 8501,
    runs: str | None = None,
    accounts: str | None = None,
    host: str = LOCAL,
    log: str | None = None,
) -> int:
    """Serve the leaderboard of a store on ``http://HOST:PORT`` until interrupted.

    The pages read where everything lies from the environment, which is set here: ``HARNESS_STORE``,
    ``HARNESS_RUNS`` and ``HARNESS_ACCOUNTS``.

    Args:
        store: the store's URL; by default ``$HARNESS_STORE`` or ``.harness/board.sqlite``.
        port: a free port.
        runs: the record's folder, from which run files are offered for download.
        accounts: URL of the accounts; with it and ``runs``, runs can be handed in. By default
            ``$HARNESS_ACCOUNTS``; without either the server is read-only.
        host: the address to listen on; by default this machine alone can connect.
        log: a file that gets one line of JSON for each request of the API; by default there is no such log.

    Returns:
        0 after an interrupt or SIGTERM: requests under way are finished first.

    Raises:
        CommandError: the port is taken, or the accounts are given without the record.
        StoreError: there is no store at the URL.
        MissingExtraError: Streamlit or, with accounts, Alembic is not installed.
    """
    url, book = store_url(store), accounts or os.environ.get("HARNESS_ACCOUNTS")
    _require_free(host, port)
    if importlib.util.find_spec("streamlit") is None:
        raise MissingExtraError("The leaderboard page", "streamlit", "app")
    page = _page()
    _open(url, runs, book)
    os.environ.update({"HARNESS_STORE": url} | ({"HARNESS_RUNS": runs} if runs else {}))
    if book:
        os.environ["HARNESS_ACCOUNTS"] = book
    _log_to(log)
    print(f"The leaderboard is at http://localhost:{port} (Ctrl+C stops it)", flush=True)
    return _run(page, url, runs, book, host, port)


def _open(store: str, runs: str | None, accounts: str | None) -> None:
    """See that everything can be opened before anything is announced; catch up with the ledger."""
    if accounts and not runs:
        raise CommandError("To take runs in, the server needs the record's folder, too: --runs DIR.")
    if accounts and runs:
        from harness.leaderboard.publishing import catch_up
        from harness.submissions.database import open_accounts

        open_accounts(accounts)
        catch_up(runs, store)
    connect(store).dispose()


def _page() -> Path:
    found = importlib.util.find_spec("leaderboard_app")
    if found is None or not found.submodule_search_locations:
        raise CommandError(
            "The package leaderboard_app is not installed beside harness; reinstall the project."
        )
    return Path(next(iter(found.submodule_search_locations))) / "main.py"


def _run(page: Path, store: str, runs: str | None, accounts: str | None, host: str, port: int) -> int:
    """Block until the server ends; SIGTERM ends it as an interrupt does."""
    import streamlit

    from harness.api.app import mount
    from harness.api.site import Site

    site = Site(store=store, record=Path(runs) if runs else None, accounts=accounts)
    pages = importlib.import_module("leaderboard_app.routes")
    application = streamlit.App(page, routes=[mount(site), *pages.routes()], middleware=pages.middleware())
    signal.signal(signal.SIGTERM, _interrupted)
    pages.warm_up()
    options = _look(page) | {
        "server.port": port,
        "server.address": host,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False,
    }
    try:
        application.run(config=options)
    except KeyboardInterrupt:  # raised again by the server once it has stopped
        return 0
    return 0


def _look(page: Path) -> dict[str, Any]:
    """Options of ``.streamlit/config.toml`` beside the page; Streamlit looks for them beside a launcher."""
    path = page.parent / ".streamlit" / "config.toml"
    found: dict[str, Any] = {}

    def flatten(table: dict[str, Any], prefix: str) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                flatten(value, f"{prefix}{key}.")
            else:
                found[prefix + key] = value

    flatten(tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}, "")
    return found


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _log_to(path: str | None) -> None:
    """Send the API's log to a file as it stands: every line is JSON already, or a traceback."""
    log = logging.getLogger("harness.api")
    log.propagate = False
    log.setLevel(logging.INFO)
    handler = logging.FileHandler(path, encoding="utf-8") if path else logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.INFO if path else logging.ERROR)
    log.addHandler(handler)


def _require_free(host: str, port: int) -> None:
    """Refuse a port that cannot be listened on, before anything is announced.

    Raises:
        CommandError: the number is no port, or somebody else listens there.
    """
    if not 1 <= port <= 65535:
        raise CommandError(f"{port} is not a port; expected a number from 1 to 65535.")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}). Take another: --port {port + 1}, "
                f"or make demo PORT={port + 1}."
            ) from error
