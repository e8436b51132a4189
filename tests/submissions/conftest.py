"""A record, a store and a way to submit to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.leaderboard.grounds import Grounds
from harness.submissions.admission import admit
from harness.submissions.receipt import Receipt
from harness.submissions.upload import Upload
from tests.submissions.making import make_data, write_pair

Submit = Callable[..., Receipt]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    make_data(root)
    make_data(root, "other")
    return root


@pytest.fixture(autouse=True)
def use_data(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_DATA", str(data))


@pytest.fixture(scope="session")
def grounds() -> Grounds:
    return Grounds()


@pytest.fixture
def record(tmp_path: Path) -> Path:
    folder = tmp_path / "record"
    folder.mkdir()
    return folder


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'board.sqlite'}"


@pytest.fixture
def submit(tmp_path: Path, record: Path, store: str, grounds: Grounds) -> Submit:
    """``submit(seed, system, actor=…, **card fields)``: a random run of a system, handed in."""

    def call(
        seed: int = 1,
        system: str = "mine",
        *,
        actor: str = "ada",
        dry_run: bool = False,
        moment: str | None = None,
        **fields: object,
    ) -> Receipt:
        run, told = write_pair(tmp_path / "uploads", seed, system, **fields)
        return admit(
            Upload(path=run, card=told),
            record=record,
            store=store,
            actor=actor,
            dry_run=dry_run,
            grounds=grounds,
            moment=moment,
        )

    return call
