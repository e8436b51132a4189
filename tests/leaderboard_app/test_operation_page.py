"""The operator's page: closed to everybody without an administrator's token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.submissions.accounts import add_account
from harness.submissions.database import close_accounts
from harness.submissions.tokens import issue_token
from tests.leaderboard_app.conftest import Open


@pytest.fixture
def tokens(full: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Tokens by account, on a server with accounts."""
    url = f"sqlite:///{tmp_path / 'accounts.sqlite'}"
    monkeypatch.setenv("HARNESS_ACCOUNTS", url)
    made = {}
    for name, role in (("ada", "submitter"), ("root", "administrator")):
        add_account(url, name, role=role)
        made[name] = issue_token(url, name)[0]
    yield made
    close_accounts()


def test_without_accounts_the_command_is_named(full: str, visit: Open) -> None:
    app = visit("operation")
    assert any("harness admin report" in code.value for code in app.code)
    assert not app.text_input


def test_an_administrator_sees_the_state(tokens: dict[str, str], visit: Open) -> None:
    app = visit("operation")
    assert not app.dataframe and not app.success
    app.text_input(key="operator").input(tokens["root"]).run()
    assert not app.exception
    assert "The ledger is whole" in app.success[0].value
    assert {"Waiting for a curator", "Storage", "Refusals"} <= {heading.value for heading in app.header}
    assert any("1 administrator" in caption.value for caption in app.caption)


@pytest.mark.parametrize("who", ["ada", "nobody"])
def test_nobody_else_sees_anything(tokens: dict[str, str], visit: Open, who: str) -> None:
    app = visit("operation")
    app.text_input(key="operator").input(tokens.get(who, "hrn_no_such")).run()
    assert not app.exception
    assert len(app.error) == 1
    assert not app.dataframe and not app.header and not app.success
