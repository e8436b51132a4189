from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from harness.leaderboard.rebuild import rebuild
from tests.conftest import ROOT, needed
from tests.leaderboard_app.boards import full_board, record

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_SECONDS = 60
expect.set_options(timeout=20_000)  # a busy machine draws late


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium without a window."""
    found = os.environ.get("HARNESS_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    needed("chromium", found is not None, "apt-get install chromium, or name one in HARNESS_CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that ``harness serve`` started on the full board."""
    folder = tmp_path_factory.mktemp("site")
    store = f"sqlite:///{folder / 'board.sqlite'}"
    full_board(store)
    with serving(folder, ["--store", store, "--runs", str(record(folder))]) as address:
        yield address


class Live(NamedTuple):
    """A server that takes runs in: its address and a token."""

    address: str
    token: str


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server on two recorded runs of the demo, with accounts."""
    folder = tmp_path_factory.mktemp("live")
    runs, store = folder / "runs", f"sqlite:///{folder / 'board.sqlite'}"
    for system in ("bm25", "overlap"):
        shutil.copytree(ROOT / "runs" / "demo" / system, runs / "demo" / system)
    rebuild(runs, store)
    accounts = f"sqlite:///{folder / 'accounts.sqlite'}"
    harness("accounts", "add", "alice", "--accounts", accounts)
    told = harness("accounts", "token", "alice", "--accounts", accounts)
    token = next(word for word in told.split() if word.startswith("hrn_"))
    with serving(folder, ["--store", store, "--runs", str(runs), "--accounts", accounts]) as address:
        yield Live(address, token)


def harness(*arguments: str) -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "harness", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@contextmanager
def serving(folder: Path, options: list[str]) -> Iterator[str]:
    """A running ``harness serve``, ended with all its children."""
    port = _free_port()
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "harness", "serve", *options, "--port", str(port)],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _await_health(f"http://127.0.0.1:{port}/_stcore/health", server, folder / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_health(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"The server did not start:\n{log.read_text()}")
