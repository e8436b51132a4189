"""``~/`` in arguments, where shells leave it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli.main import main

JUDGED = "q1 0 d1 1\n"
RANKED = "q1 Q0 d1 1 2.0 t\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with a run, and another folder to work in."""
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    (tmp_path / "home" / "run.txt").write_text(RANKED)
    (tmp_path / "home" / "other.txt").write_text(RANKED.replace("2.0 t", "1.0 u"))
    (tmp_path / "home" / "qrels.txt").write_text(JUDGED + "q2 0 d1 1\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "home"


@pytest.mark.parametrize(
    "arguments",
    [
        ["evaluate", "~/run.txt", "--qrels=~/qrels.txt"],
        ["compare", "a=~/run.txt", "b=~/other.txt", "--qrels", "~/qrels.txt"],
        ["rebuild", "--runs", "~/none", "--store", "sqlite:///~/board.sqlite"],
        ["run", "overlap.yaml", "--dataset", "demo", "--out=~/out"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_it_is_the_home_folder_and_no_folder_of_that_name_is_made(home: Path, arguments: list[str]) -> None:
    code = main(arguments)
    assert code == (2 if arguments[0] == "rebuild" else 0)  # there is no record to rebuild from
    assert list(Path.cwd().iterdir()) == []
    assert (home / "out" / "card.yaml").exists() == (arguments[0] == "run")


def test_what_does_not_begin_with_it_stays(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "a~/run.txt", "--qrels", "~/qrels.txt"]) == 2
    assert "a~/run.txt" in capsys.readouterr().err
