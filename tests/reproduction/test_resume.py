"""`harness reproduce --resume`: an interrupted reproduction goes on where it stopped, and only then."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import harness
from harness.runfiles.card import CARD_NAME, RunCard, read_card
from tests.reproduction.files import with_parameters


def cards(out: Path) -> dict[str, RunCard]:
    return {path.parent.name: read_card(path) for path in out.glob(f"demo/*/{CARD_NAME}")}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stage outputs of this test alone; compiled kernels are not what is tested, so numba keeps its own."""
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def files(home: Path, *names: str) -> list[Path]:
    return [home / "baselines" / f"{name}.yaml" for name in names]


def again(home: Path, out: Path, *names: str, resume: bool) -> dict[str, RunCard]:
    found = harness.reproduce(
        files(home, *names), datasets=["demo"], out=out, store_runs="nothing-here", resume=resume
    )
    assert found.ok
    return cards(out)


def test_only_resume_takes_what_was_kept(home: Path, cache: Path, tmp_path: Path) -> None:
    first = again(home, tmp_path / "a", "bm25", resume=True)["bm25"]
    taken = again(home, tmp_path / "b", "bm25", resume=True)["bm25"]
    anew = again(home, tmp_path / "c", "bm25", resume=False)["bm25"]
    assert [card.pipeline[0].cached for card in (first, taken, anew)] == [False, True, False]
    assert first.run == taken.run == anew.run
    assert first.pipeline[0].seconds == taken.pipeline[0].seconds, "times are those of the work itself"


def test_systems_that_begin_alike_share_the_work_and_not_the_name(
    home: Path, cache: Path, tmp_path: Path
) -> None:
    alone = again(home, tmp_path / "a", "bm25", resume=False)["bm25"]
    together = again(home, tmp_path / "b", "bm25-rm3", "bm25", resume=False)["bm25"]
    assert together.pipeline[0].cached
    assert together.run == alone.run, "the tag in the run file is the system's own"


def test_a_changed_parameter_is_never_answered_with_what_was_kept(
    home: Path, cache: Path, tmp_path: Path
) -> None:
    before = again(home, tmp_path / "a", "bm25", "overlap", resume=True)
    (path,) = files(home, "bm25")
    with_parameters(path, k1=1.9)
    found = harness.reproduce(
        files(home, "bm25", "overlap"),
        datasets=["demo"],
        out=tmp_path / "b",
        store_runs="nothing-here",
        resume=True,
    )
    after = cards(tmp_path / "b")
    assert {row.system for row in found.rows if row.verdict.value == "different"} == {"bm25"}
    assert not after["bm25"].pipeline[0].cached
    assert after["bm25"].run != before["bm25"].run
    assert after["overlap"].pipeline[0].cached


def test_killed_again_and_again_it_ends_with_the_same_runs(home: Path, cache: Path, tmp_path: Path) -> None:
    names = ("bm25", "overlap", "tfidf", "ql-dirichlet")
    whole = again(home, tmp_path / "whole", *names, resume=False)
    for path in cache.rglob("*.npz"):
        path.unlink()
    command = [
        sys.executable, "-m", "harness", "reproduce", *map(str, files(home, *names)), "--dataset", "demo",
        "--out", str(tmp_path / "killed"), "--runs", "nothing-here", "--resume",
    ]  # fmt: skip
    chance = random.Random(7)
    for _ in range(4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.5, 3.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ended = cards(tmp_path / "killed")
    assert {name: card.run for name, card in ended.items()} == {name: c.run for name, c in whole.items()}
