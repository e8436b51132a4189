"""``harness serve``: pages and API from one process on one port, which ends cleanly."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from harness.leaderboard.rebuild import rebuild
from harness.submissions.accounts import add_account
from harness.submissions.database import close_accounts
from harness.submissions.tokens import issue_token
from tests.api.making import bearer, make_catalogue, upload
from tests.conftest import ROOT

Site = tuple[str, str, "subprocess.Popen[bytes]"]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The address of a server, a token for it, and its process."""
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setenv("HARNESS_CATALOGUE", str(make_catalogue(data)))
    monkeypatch.setenv("HARNESS_DATA", str(data))
    (tmp_path / "record").mkdir()
    accounts, store = f"sqlite:///{tmp_path / 'accounts.sqlite'}", f"sqlite:///{tmp_path / 'board.sqlite'}"
    rebuild(tmp_path / "record", store)
    add_account(accounts, "ada")
    token, _ = issue_token(accounts, "ada")
    close_accounts()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = ["serve", "--store", store, "--runs", str(tmp_path / "record"), "--accounts", accounts]
    words += ["--port", str(port), "--log", str(tmp_path / "api.log")]
    with (tmp_path / "out.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "harness", *words], cwd=ROOT, stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()
            break
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    assert process.poll() is None, (tmp_path / "out.log").read_text()
    yield url, token, process
    process.kill()
    process.wait()


def test_one_port_has_pages_and_api_and_a_stop_finishes_what_is_under_way(site: Site, tmp_path: Path) -> None:
    url, token, process = site
    assert "<title>Retrieval leaderboard</title>" in httpx2.get(url).text
    assert httpx2.get(f"{url}/api/v1/").json()["open"] == {"downloads": True, "submissions": True}
    assert httpx2.get(f"{url}/api/v1/nothing").headers["content-type"] == "application/problem+json"
    answers = []

    def hand_in() -> None:
        answers.append(
            httpx2.post(
                f"{url}/api/v1/submissions", headers=bearer(token), files=upload("mine", 1), timeout=60
            )
        )

    thread = threading.Thread(target=hand_in)
    thread.start()
    while not (tmp_path / "record" / "ledger.lock").exists() and thread.is_alive():
        time.sleep(0.005)  # the submission is inside once admission looks at the ledger
    process.send_signal(signal.SIGTERM)
    thread.join()
    assert process.wait(timeout=30) == 0
    (answer,) = answers
    assert (answer.status_code, answer.json()["outcome"]) == (201, "published")
    lines = [json.loads(line) for line in (tmp_path / "api.log").read_text().splitlines()]
    assert [line["status"] for line in lines] == [200, 404, 201]
    assert token[-43:] not in (tmp_path / "api.log").read_text() + (tmp_path / "out.log").read_text()


def test_accounts_without_a_record_are_refused(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "harness", "serve", "--port", "8599"]
    words += ["--accounts", f"sqlite:///{tmp_path / 'a.sqlite'}"]
    done = subprocess.run(
        [*words, "--port", "8599"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--runs" in done.stderr and "Traceback" not in done.stderr
