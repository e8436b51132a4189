"""Start the leaderboard page on localhost."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from harness.errors import CommandError, MissingExtraError
from harness.store.engine import connect, store_url


def serve(store: str | None = None, *, port: int = 8501, runs: str | None = None) -> int:
    """Serve the leaderboard of a store on ``http://localhost:PORT`` until interrupted.

    Args:
        store: the store's URL; by default ``$HARNESS_STORE`` or ``.harness/board.sqlite``.
        port: a free port; the page listens on 127.0.0.1 only.
        runs: the record's folder, from which run files are offered for download.

    Returns:
        the exit code of the server.

    Raises:
        CommandError: the port is taken.
        StoreError: there is no store at the URL.
        MissingExtraError: Streamlit is not installed.
    """
    url = store_url(store)
    _require_free(port)
    connect(url).dispose()
    if importlib.util.find_spec("streamlit") is None:
        raise MissingExtraError("The leaderboard page", "streamlit", "app")
    found = importlib.util.find_spec("leaderboard_app")
    if found is None or not found.submodule_search_locations:
        raise CommandError(
            "The package leaderboard_app is not installed beside harness; reinstall the project."
        )
    page = Path(next(iter(found.submodule_search_locations))) / "main.py"
    environment = os.environ | {"HARNESS_STORE": url} | ({"HARNESS_RUNS": runs} if runs else {})
    print(f"The leaderboard is at http://localhost:{port} (Ctrl+C stops it)", flush=True)
    options = {
        "server.port": str(port),
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
        "server.fileWatcherType": "none",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(page)]
    command += [part for name, value in options.items() for part in (f"--{name}", value)]
    with subprocess.Popen(command, env=environment) as server:
        signal.signal(signal.SIGTERM, lambda _number, _frame: server.terminate())
        try:
            return server.wait()
        except KeyboardInterrupt:
            server.terminate()
            return 0


def _require_free(port: int) -> None:
    """Refuse a port that cannot be listened on, before anything is announced.

    Raises:
        CommandError: the number is no port, or somebody else listens there.
    """
    if not 1 <= port <= 65535:
        raise CommandError(f"{port} is not a port; expected a number from 1 to 65535.")
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}). Take another: --port {port + 1}, "
                f"or make demo PORT={port + 1}."
            ) from error
