"""`harness submit --server` against a real server: the person at the terminal reads what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cli.main import main
from harness.submissions.accounts import add_account
from harness.submissions.database import close_accounts
from harness.submissions.tokens import issue_token
from tests.api.making import OPEN, upload
from tests.api.test_server import Server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "record").mkdir()
    return tmp_path


@pytest.fixture
def token(folder: Path) -> str:
    accounts = f"sqlite:///{folder / 'accounts.sqlite'}"
    add_account(accounts, "ada")
    made = issue_token(accounts, "ada")[0]
    close_accounts()
    return made


@pytest.fixture
def server(folder: Path, token: str) -> Iterator[Server]:
    running = Server(folder)
    yield running
    running.kill()


def test_findings_reach_the_terminal_and_a_good_run_the_board(
    server: Server, folder: Path, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files = upload("mine", 1)
    run, card = folder / "mine.trec", folder / "card.yaml"
    card.write_bytes(files["card"][1])
    where = ["--dataset", OPEN, "--card", str(card), "--token", token]
    where += ["--server", f"http://127.0.0.1:{server.port}"]

    run.write_text("q01 Q0 d01 1 NaN mine\n")
    assert main(["submit", str(run), *where]) == 1
    told = capsys.readouterr().out
    assert "mine.trec:1" in told, "the line that is wrong"
    assert "NaN" in told
    assert "refused" in told.lower()

    run.write_bytes(files["run"][1])
    assert main(["submit", str(run), *where]) == 0
    assert "published" in capsys.readouterr().out.lower()

    assert main(["submit", str(run), *where[:-4], "--server", where[-1], "--token", "hrn_no_such"]) == 2
    assert "token" in capsys.readouterr().err.lower()
