"""A real server process, killed at random moments: what was acknowledged is there, once."""

from __future__ import annotations

import gzip
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import httpx2
import pytest

from harness.leaderboard.board import read_board
from harness.leaderboard.publishing import catch_up
from harness.leaderboard.rebuild import rebuild
from harness.ledger.chain import verify
from harness.ledger.ledger import read_events
from harness.submissions.accounts import add_account
from harness.submissions.database import close_accounts
from harness.submissions.tokens import issue_token
from tests.api.making import bearer, upload
from tests.conftest import ROOT
from tests.submissions.making import ranking, run_text

# The whole test is 200 submissions and 20 kills; these defaults are for every day.
SUBMISSIONS = int(os.environ.get("HARNESS_KILL_SUBMISSIONS", "12"))
KILLS = int(os.environ.get("HARNESS_KILL_TIMES", "2"))
CLIENTS = 4


class Server:
    """A server that can be killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}/api/v1"
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [sys.executable, "-m", "tests.api.server", str(self.port), str(self.folder)]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx2.get(f"{self.url}/", timeout=5).status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.05)
        pytest.fail(f"The server did not start:\n{(self.folder / 'server.log').read_text()}")

    def kill(self) -> None:
        """What a power cut does to a process."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "record").mkdir()
    return tmp_path


@pytest.fixture
def tokens(folder: Path) -> list[str]:
    """Tokens of as many accounts as it takes to stay below the rate of one."""
    accounts = f"sqlite:///{folder / 'accounts.sqlite'}"
    made = []
    for number in range(SUBMISSIONS // 20 + 1):
        add_account(accounts, f"a{number}")
        made.append(issue_token(accounts, f"a{number}")[0])
    close_accounts()
    return made


def hand_in(server: Server, token: str, number: int, acknowledged: dict[int, str]) -> None:
    """Hand in until an answer comes, as a client does that got none."""
    while number not in acknowledged:
        try:
            answer = httpx2.post(
                f"{server.url}/submissions",
                headers=bearer(token),
                files=upload(f"s{number:03}", number),
                timeout=60,
            )
        except httpx2.TransportError:
            time.sleep(0.1)
            continue
        assert answer.status_code in {200, 201, 429, 503}, answer.text
        if answer.status_code in {200, 201}:
            acknowledged[number] = answer.json()["outcome"]


def test_no_acknowledged_submission_is_lost_or_doubled_by_kills(folder: Path, tokens: list[str]) -> None:
    chance, server = random.Random(7), Server(folder)
    acknowledged: dict[int, str] = {}
    waiting = iter(range(SUBMISSIONS))
    lock = threading.Lock()

    def client() -> None:
        while True:
            with lock:
                number = next(waiting, None)
            if number is None:
                return
            hand_in(server, tokens[number % len(tokens)], number, acknowledged)

    clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in clients:
        thread.start()
    kills = 0
    while kills < KILLS and any(thread.is_alive() for thread in clients):
        time.sleep(chance.uniform(0.05, 1.2))
        server.kill()
        kills += 1
        server.start()
    for thread in clients:
        thread.join()
    assert kills == KILLS, "every kill came while submissions were under way"
    assert set(acknowledged) == set(range(SUBMISSIONS))
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=20) in {0, -signal.SIGTERM}
    check(folder)


def check(folder: Path) -> None:
    """Record, ledger and store agree, and hold every run once with the bytes that were sent."""
    record, store = folder / "record", f"sqlite:///{folder / 'board.sqlite'}"
    assert verify(record).ok
    published = Counter(event.system for event in read_events(record) if event.kind == "published")
    assert published == {f"s{number:03}": 1 for number in range(SUBMISSIONS)}
    catch_up(record, store)
    board = read_board(store)
    assert Counter(row.system for row in board.rows) == published
    assert rebuild(record, f"sqlite:///{folder / 'again.sqlite'}").digest == board.digest
    for number in range(SUBMISSIONS):
        text = gzip.decompress((record / "tiny" / f"s{number:03}" / "run.trec.gz").read_bytes()).decode()
        sent = run_text(ranking(number), tag=f"s{number:03}")
        assert [line.split()[:3] for line in text.splitlines()] == [
            line.split()[:3] for line in sent.splitlines()
        ]
