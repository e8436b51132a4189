from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.leaderboard_app.boards import full_board, record

MAIN = Path(__file__).resolve().parents[2] / "leaderboard_app" / "main.py"

Open = Callable[..., AppTest]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a store that is not there yet, named to the app as ``harness serve`` does."""
    url = f"sqlite:///{tmp_path / 'board.sqlite'}"
    monkeypatch.setenv("HARNESS_STORE", url)
    monkeypatch.delenv("HARNESS_RUNS", raising=False)
    return url


@pytest.fixture
def full(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The full board with its record of run files."""
    full_board(store)
    monkeypatch.setenv("HARNESS_RUNS", str(record(tmp_path)))
    return store


@pytest.fixture
def visit() -> Open:
    """Open a page of the app by its file with the parameters of its address; no traceback is ever shown."""

    def opened(page: str = "board", **parameters: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(MAIN), default_timeout=30)
        if page != "board":
            app.switch_page(f"views/{page}.py")
        for key, value in parameters.items():
            app.query_params[key] = value
        app.run()
        assert not app.exception
        return app

    return opened
