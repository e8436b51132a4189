"""A site with runs on it, clients of its API, and accounts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from starlette.testclient import TestClient

from harness.api.app import create_app
from harness.api.site import Site
from harness.leaderboard.publishing import catch_up
from harness.submissions.accounts import add_account
from harness.submissions.database import close_accounts
from harness.submissions.tokens import issue_token
from tests.api.making import OPEN, SECRET, VAULT, bearer, make_catalogue, upload


class Stage(NamedTuple):
    """A site, a client of it, and the tokens of a submitter, a curator and an administrator."""

    site: Site
    client: TestClient
    ada: str
    curator: str
    root: str


def make_stage(folder: Path) -> Stage:
    """A site with three accounts and no run."""
    record = folder / "record"
    record.mkdir()
    store, accounts = f"sqlite:///{folder / 'board.sqlite'}", f"sqlite:///{folder / 'accounts.sqlite'}"
    catch_up(record, store)
    tokens = []
    for name, role in (("ada", "submitter"), ("cora", "curator"), ("root", "administrator")):
        add_account(accounts, name, role=role)
        tokens.append(issue_token(accounts, name)[0])
    site = Site(store=store, record=record, accounts=accounts, body_bytes=300_000)
    return Stage(site, TestClient(create_app(site), raise_server_exceptions=False), *tokens)


def close(stage: Stage) -> None:
    """Leave no connection behind."""
    stage.client.close()
    stage.site.snapshots.engine.dispose()
    close_accounts()


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_catalogue(tmp_path_factory.mktemp("data"))


def name_catalogue(patch: pytest.MonkeyPatch, catalogue: Path) -> None:
    """Name the tests' data to everything that is read from the environment."""
    patch.setenv("HARNESS_DATA", str(catalogue.parent))
    patch.setenv("HARNESS_CATALOGUE", str(catalogue))


@pytest.fixture(autouse=True)
def use_catalogue(catalogue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name_catalogue(monkeypatch, catalogue)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = make_stage(tmp_path)
    yield made
    close(made)


@pytest.fixture(scope="session")
def board(tmp_path_factory: pytest.TempPathFactory, catalogue: Path) -> Iterator[Stage]:
    """Three systems on every data set, handed in through the API; tests only read it."""
    made = make_stage(tmp_path_factory.mktemp("site"))
    with pytest.MonkeyPatch.context() as patch:
        name_catalogue(patch, catalogue)
        for number, dataset in enumerate((OPEN, SECRET, VAULT)):
            for seed, system in enumerate(("alpha", "beta", "gamma"), start=1 + 10 * number):
                files = upload(system, seed, dataset)
                answer = made.client.post("/api/v1/submissions", headers=bearer(made.ada), files=files)
                assert answer.status_code == 201, answer.text
    yield made
    close(made)
