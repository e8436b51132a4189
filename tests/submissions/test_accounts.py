"""Accounts, tokens, limits and budgets: what is kept, what counts at once, what holds across processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, select, text

from harness.cli.main import main
from harness.errors import CommandError, RequestError, StoreError, UnknownNameError
from harness.leaderboard.rebuild import rebuild
from harness.ledger.event import Event
from harness.store.engine import connect
from harness.submissions.account import ROLES, SCOPES
from harness.submissions.accounts import (
    add_account,
    disable,
    enable,
    list_accounts,
    open_registration,
    register,
    registration_open,
    set_role,
)
from harness.submissions.budget import Budget, budgets, gate, set_budget, spent_on
from harness.submissions.database import close_accounts, open_accounts, transaction
from harness.submissions.ratelimit import Rate, count_use, used
from harness.submissions.tables import metadata, tokens
from harness.submissions.token import hash_secret, matches, parse_token
from harness.submissions.tokens import authenticate, issue_token, list_tokens, revoke_token
from tests.conftest import ROOT
from tests.postgres import postgres as postgres


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    made = f"sqlite:///{tmp_path / 'deep' / 'accounts.sqlite'}"
    yield made
    close_accounts()


def test_the_migrations_make_exactly_the_tables_of_the_code(url: str) -> None:
    found = inspect(open_accounts(url))
    assert set(found.get_table_names()) == {*metadata.tables, "access_version"}
    for name, table in metadata.tables.items():
        made = {column["name"]: column for column in found.get_columns(name)}
        assert list(made) == table.c.keys()
        for column in table.c:
            assert made[column.name]["nullable"] == column.nullable, column
            assert str(made[column.name]["type"]) == str(column.type), column


def test_accounts_of_a_newer_program_are_left_alone(url: str) -> None:
    add_account(url, "ada")
    with transaction(url) as connection:
        connection.execute(text("UPDATE access_version SET version_num = '999'"))
    close_accounts()
    with pytest.raises(StoreError, match="newer"):
        list_accounts(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT name FROM access_account")) == "ada"
    engine.dispose()


def test_a_rebuild_leaves_accounts_in_the_same_database_alone(tmp_path: Path) -> None:
    shared, runs = f"sqlite:///{tmp_path / 'both.sqlite'}", tmp_path / "runs"
    runs.mkdir()
    add_account(shared, "ada")
    rebuild(runs, shared)
    rebuild(runs, shared)
    assert [account.name for account in list_accounts(shared)] == ["ada"]
    connect(shared).dispose()
    close_accounts()


@pytest.mark.parametrize("name", ["", "A", "a b", "../x", "-a", "a" * 61, "ä", "a\n"])
def test_a_name_that_cannot_be_one_is_refused(url: str, name: str) -> None:
    with pytest.raises(CommandError, match="name for an account"):
        add_account(url, name)
    assert list_accounts(url) == []


def test_accounts_change_and_names_are_taken_once(url: str) -> None:
    assert add_account(url, "ada", contact="ada@example.org").role == "submitter"
    with pytest.raises(CommandError, match="already"):
        add_account(url, "ada")
    with pytest.raises(UnknownNameError, match="curator"):
        add_account(url, "bob", role="curater")
    with pytest.raises(UnknownNameError, match="ada"):
        set_role(url, "adda", "curator")
    assert set_role(url, "ada", "curator").role == "curator"
    assert disable(url, "ada").disabled is not None
    assert enable(url, "ada").disabled is None


def test_a_token_is_kept_as_a_hash_alone(url: str) -> None:
    add_account(url, "ada")
    words, token = issue_token(url, "ada")
    parsed = parse_token(words)
    assert parsed is not None
    assert parsed.id == token.id
    assert parsed.secret not in repr(parsed)
    with transaction(url) as connection:
        kept = str(connection.execute(select(tokens)).one())
    assert parsed.secret not in kept
    assert "scrypt$" in kept
    assert authenticate(url, words).account == "ada"
    assert words not in str(list_tokens(url))
    files = list(Path(url.removeprefix("sqlite:///")).parent.iterdir())
    assert all(path.stat().st_mode & 0o077 == 0 for path in files), "other users of the machine read nothing"


def test_every_hash_has_a_salt_of_its_own_and_matches_its_secret_alone() -> None:
    one, other = hash_secret("secret"), hash_secret("secret")
    assert one != other
    assert matches("secret", one) and matches("secret", other)
    assert not matches("Secret", one)
    assert not matches("", one)


def test_what_is_not_a_good_token_is_turned_down(url: str) -> None:
    add_account(url, "ada")
    words, token = issue_token(url, "ada")
    bad = [
        "",
        "hrn_",
        words[:-1],
        words + "x",
        words.upper(),
        f"hrn_{token.id}_",
        "é" * 200,
        "hrn_" + "0" * 70,
    ]
    for each in bad:
        with pytest.raises(RequestError) as raised:
            authenticate(url, each)
        assert raised.value.status == 401
    revoke_token(url, token.id)
    with pytest.raises(RequestError):
        authenticate(url, words)
    with pytest.raises(UnknownNameError):
        revoke_token(url, "0" * 16)


def test_scopes_stay_within_the_role(url: str) -> None:
    add_account(url, "ada")
    with pytest.raises(CommandError, match="curate"):
        issue_token(url, "ada", scopes=("curate",))
    with pytest.raises(UnknownNameError):
        issue_token(url, "ada", scopes=("submitt",))
    with pytest.raises(CommandError, match="1 day"):
        issue_token(url, "ada", days=0)
    set_role(url, "ada", "administrator")
    words, _ = issue_token(url, "ada")
    assert authenticate(url, words).scopes == set(SCOPES)
    set_role(url, "ada", "curator")
    assert authenticate(url, words).scopes == set(ROLES["curator"])


def test_strangers_register_only_while_that_is_on(url: str) -> None:
    assert not registration_open(url)
    with pytest.raises(RequestError, match="off"):
        register(url, "bob", "bob@example.org")
    open_registration(url, on=True)
    assert register(url, "bob", "bob@example.org").role == "submitter"
    open_registration(url, on=False)
    with pytest.raises(RequestError):
        register(url, "carl", "carl@example.org")


def test_a_rate_counts_within_its_window_by_subject(url: str) -> None:
    rate = Rate("test", 2, 60)
    assert [count_use(url, rate, "a", now=now) for now in (600.0, 601.0)] == [1, 0]
    with pytest.raises(RequestError) as raised:
        count_use(url, rate, "a", now=630.0)
    assert (raised.value.status, raised.value.retry_after) == (429, 31)
    assert count_use(url, rate, "b", now=630.0) == 1
    assert count_use(url, rate, "a", now=660.0) == 1
    assert used(url, rate, "b", now=600.0) == 0, "old windows are cleared"


def test_a_rate_holds_across_processes(url: str) -> None:
    add_account(url, "ada")
    code = (
        "import sys\nfrom harness.errors import RequestError\n"
        "from harness.submissions.ratelimit import Rate, count_use\n"
        "for _ in range(20):\n"
        "    try: count_use(sys.argv[1], Rate('test', 30, 3600), 'ada', now=7200.0); print('in')\n"
        "    except RequestError: print('out')\n"
    )

    def run(_: int) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code, url], capture_output=True, text=True, check=True, cwd=ROOT
        )
        return done.stdout

    with ThreadPoolExecutor(2) as pool:
        told = "".join(pool.map(run, range(2))).split()
    assert (told.count("in"), told.count("out")) == (30, 10)


def test_everything_works_in_postgresql_beside_a_store(postgres: str, tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    rebuild(tmp_path / "runs", postgres)
    add_account(postgres, "ada")
    words, _ = issue_token(postgres, "ada")
    rate = Rate("test", 1, 60)
    assert count_use(postgres, rate, "ada", now=600.0) == 0
    with pytest.raises(RequestError):
        count_use(postgres, rate, "ada", now=601.0)
    rebuild(tmp_path / "runs", postgres)
    close_accounts()
    assert authenticate(postgres, words).account == "ada"
    close_accounts()


def event(number: int, kind: str = "submitted", actor: str = "ada", time: str = "2026-01-10") -> Event:
    return Event(
        number=number, time=f"{time}T00:00:00.000000Z", kind=kind, actor=actor, dataset="secret", system="s"
    )


def test_a_budget_counts_submissions_of_the_account_in_the_period(url: str) -> None:
    events = (
        event(1, time="2026-01-01"),
        event(2),
        event(3, actor="bob"),
        event(4, kind="published"),
        event(5),
    )
    assert spent_on(events, "ada", "secret", since="2026-01-05T00:00:00.000000Z") == 2
    specs = {"secret": {"hidden": "judgments"}, "open": {}}
    now = "2026-01-12T00:00:00.000000Z"

    def codes(*datasets: str, dry_run: bool = False) -> list[str]:
        asked = gate(url, "ada", specs, now=now, dry_run=dry_run)
        return [found.code for found in asked([(name, "s") for name in datasets], events)]

    assert codes("secret") == []
    set_budget(url, Budget(2, 7))
    assert codes("secret") == ["over-budget"]
    assert codes("open", "open") == []
    set_budget(url, Budget(4, 7), "secret")
    assert codes("secret", "secret") == []
    assert codes("secret", "secret", "secret") == ["over-budget"]
    assert codes("secret", dry_run=True) == ["hidden-dry-run"]
    assert budgets(url) == {"*": Budget(2, 7), "secret": Budget(4, 7)}
    with pytest.raises(CommandError):
        set_budget(url, Budget(-1, 7))


def test_the_command_line_manages_accounts(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    def call(*words: str) -> tuple[int, str, str]:
        code = main(["accounts", words[0], "--accounts", url, *words[1:]])
        told = capsys.readouterr()
        return code, told.out, told.err

    assert call("add", "ada", "--contact", "ada@example.org")[0] == 0
    code, words, err = call("token", "ada", "--scope", "submit", "--label", "laptop", "--no-expiry")
    assert (code, authenticate(url, words.strip()).scopes) == (0, {"submit"})
    assert "without end" in err and words.strip() not in err
    assert words.strip() not in call("tokens")[1]
    assert call("budget", "3", "--days", "30", "--dataset", "secret")[1].splitlines()[-1].split() == [
        "secret",
        "3",
        "30",
    ]
    assert call("revoke", words.strip())[0] == 0
    assert '"ada"' in call("list", "--format", "json")[1]
    for wrong in (
        ("add", "ada"),
        ("role", "ada", "king"),
        ("disable", "bob"),
        ("token", "ada", "--days", "0"),
    ):
        code, _, err = call(*wrong)
        assert code == 2
        assert err.startswith("harness: ")
        assert "Traceback" not in err
    assert main(["accounts", "list", "--accounts", "nonsense"]) == 2
