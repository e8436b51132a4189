"""Compiled code where neither the package nor the home of the user can be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.numba_cache import own_folder
from tests.conftest import ROOT

PROBE = """
import os, harness
from harness.retrievers import selection
print(harness.__file__)
print(os.environ.get("NUMBA_CACHE_DIR"))
"""


def test_a_user_without_a_home_can_compile(tmp_path: Path) -> None:
    """Files stand where folders would have to be made, which stops even root from writing there."""
    package = tmp_path / "site" / "harness"
    shutil.copytree(ROOT / "harness", package, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in (package, *(path for path in package.rglob("*") if path.is_dir())):
        (folder / "__pycache__").write_text("in the way")
    (tmp_path / "home").write_text("no folder")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = {
        "PYTHONPATH": str(package.parent),
        "TMPDIR": str(temporary),
        "HOME": str(tmp_path / "home"),
    }
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROBE], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found, cache = done.stdout.split()
    assert Path(found).parent == package
    assert cache == str(temporary / f"retrieval-harness-numba-{os.getuid()}")


def test_a_folder_that_others_can_write_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("HARNESS_CACHE", raising=False)
    taken = tmp_path / f"retrieval-harness-numba-{os.getuid()}"
    taken.mkdir()
    taken.chmod(0o777)
    assert own_folder() != str(taken)
    taken.chmod(0o700)
    assert own_folder() == str(taken)
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "named"))
    assert own_folder() == str(tmp_path / "named" / "numba")
