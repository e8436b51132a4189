"""Files that a command names: found, or refused before any work with exit code 2."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.cli.main import main
from harness.cli.named_files import baseline_file, baseline_files, require_files
from harness.errors import CommandError
from tests.conftest import ROOT

BASELINES = ROOT / "baselines"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["bm25.yaml", "./bm25.yaml", "baselines/bm25.yaml", "baselines/hub/bge-base-en-v1.5.yaml"]
)
def test_the_package_s_baselines_are_found_from_any_folder(name: str) -> None:
    assert baseline_file(name) == BASELINES / name.removeprefix("./").removeprefix("baselines/")


def test_a_file_that_is_there_comes_first(folder: Path) -> None:
    (folder / "bm25.yaml").write_text("mine")
    assert baseline_file("bm25.yaml") == Path("bm25.yaml")


@pytest.mark.parametrize("name", ["mine/bm25.yaml", "../bm25.yaml", "/nowhere/bm25.yaml", "a" * 300])
def test_a_path_into_another_folder_means_that_folder(name: str) -> None:
    with pytest.raises(CommandError, match=f"There is no file {name}"):
        baseline_file(name)


def test_everything_that_is_absent_is_told_once(folder: Path) -> None:
    with pytest.raises(CommandError) as caught:
        baseline_files("bm25.yaml", "nope.yaml", "neither.yaml", "nope.yaml")
    assert str(caught.value) == "There is no file nope.yaml. There is no file neither.yaml."


def test_a_broken_link_is_called_one_and_does_not_suggest_itself(folder: Path) -> None:
    (folder / "broken.txt").symlink_to("gone.txt")
    with pytest.raises(CommandError) as caught:
        require_files("broken.txt")
    assert str(caught.value) == "The link broken.txt leads nowhere, to gone.txt."
    (folder / "broken.tx").touch()
    with pytest.raises(CommandError, match=r"Did you mean broken\.tx\?"):
        require_files("broken.txt")


def test_a_broken_link_is_not_replaced_by_a_baseline_of_its_name(folder: Path) -> None:
    (folder / "bm25.yaml").symlink_to("gone.yaml")
    with pytest.raises(CommandError, match="leads nowhere"):
        baseline_file("bm25.yaml")


@contextmanager
def nobody() -> Iterator[None]:
    """Without the rights of root, which may search every folder."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_folder_that_may_not_be_searched_is_told_apart_from_an_absent_file(folder: Path) -> None:
    folder.chmod(0o755)
    shut = folder / "shut"
    (shut / "inner").mkdir(parents=True)
    (shut / "inner" / "bm25.yaml").write_text("mine")
    (folder / "link.yaml").symlink_to("shut/inner/bm25.yaml")
    (folder / "bm25.yaml").symlink_to("shut/inner/bm25.yaml")
    shut.chmod(0o600)
    try:
        with nobody(), pytest.raises(CommandError) as caught:
            require_files("shut/inner/bm25.yaml", "absent.txt")
        with nobody(), pytest.raises(CommandError, match=r"file link\.yaml cannot be seen: the folder /"):
            require_files("link.yaml")
        with nobody(), pytest.raises(CommandError, match=r"bm25\.yaml cannot be seen"):
            baseline_file("bm25.yaml")  # not the package's
    finally:
        shut.chmod(0o700)
    assert str(caught.value) == (
        "Whether there is a file shut/inner/bm25.yaml cannot be seen: the folder shut may not be searched. "
        "There is no file absent.txt."
    )


@pytest.mark.parametrize(
    "words",
    [
        ["reproduce", "nope.yaml"],
        ["reproduce", "nope.yaml", "--dry-run"],
        ["reproduce", "nope.yaml", "--list"],
        ["reproduce", "bm25.yaml", "nope.yaml", "--dataset", "demo", "--out", "out"],
        ["run", "nope.yaml", "--dataset", "demo", "--out", "out"],
        ["fit", "nope.yaml", "--dataset", "demo", "--split", "dev"],
    ],
    ids=" ".join,
)
def test_absent_systems_are_refused_before_any_work(
    folder: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "nope.yml").touch()
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "harness: There is no file nope.yaml. Did you mean nope.yml?\n"
    assert [each.name for each in folder.iterdir()] == ["nope.yml"]


def test_run_reproduce_and_fit_take_a_baseline_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "overlap.yaml", "--dataset", "demo", "--out", "out"]) == 0
    assert main(["reproduce", "overlap.yaml", "--dataset", "demo", "--dry-run"]) == 0
    assert f"harness run {BASELINES / 'overlap.yaml'} --dataset demo" in capsys.readouterr().out
    # the file is found; what is refused is that the demo collection has no such split
    assert main(["fit", "bm25-minilm-rrf.yaml", "--dataset", "demo", "--split", "dev"]) != 0
    assert "There is no file" not in capsys.readouterr().err
