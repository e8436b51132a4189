"""What a card says about machine and code is found, or left out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from harness.runfiles.environment import git_state, hardware, versions


def test_versions_are_those_installed() -> None:
    found = versions(["python", "numpy", "no-such-package"])
    assert list(found) == ["numpy", "python"]
    assert found["numpy"] == np.__version__


def test_hardware_describes_this_machine() -> None:
    found = hardware()
    assert found.cores == len(os.sched_getaffinity(0))
    assert found.memory_bytes is None or found.memory_bytes > 2**28
    assert found.machine_class is not None
    assert f"{found.cores} cores" in found.machine_class
    assert hardware() == found


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=n", "-c", "user.email=n@example.org"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def test_git_state_follows_the_working_tree(tmp_path: Path) -> None:
    assert git_state(tmp_path) is None
    git(tmp_path, "init")
    assert git_state(tmp_path) is None  # nothing is committed
    git(tmp_path, "commit", "--allow-empty", "-m", "first")
    clean = git_state(tmp_path)
    assert clean is not None
    assert (len(clean.commit), clean.dirty) == (40, False)
    (tmp_path / "new").write_text("x")
    changed = git_state(tmp_path)
    assert changed is not None
    assert changed.dirty


def test_without_git_there_is_no_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_state(tmp_path) is None
