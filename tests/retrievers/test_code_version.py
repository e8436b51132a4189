"""A stage's code version: what is behind it, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

MODULES = ("lexical.bm25", "dense.retriever", "fusion.reciprocal_rank")


def versions(checkout: Path) -> dict[str, str]:
    """As a process of their own has them, since they are remembered for the life of a process."""
    code = (
        "from harness.retrievers.code_version import code_version\n"
        f"for name in {MODULES}: print(name, code_version('harness.retrievers.' + name))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout, env={"PYTHONPATH": str(checkout)}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    return dict(line.split() for line in done.stdout.splitlines())


def changed(checkout: Path, file: str) -> set[str]:
    before = versions(checkout)
    path = checkout / "harness" / "retrievers" / file
    path.write_bytes(path.read_bytes() + b"\n# changed\n")
    after = versions(checkout)
    return {name for name in MODULES if before[name] != after[name]}


def test_only_what_is_built_on_a_file_changes_with_it(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "harness", tmp_path / "harness", ignore=shutil.ignore_patterns("__pycache__"))
    assert changed(tmp_path, "lexical/porter.py") == {"lexical.bm25"}
    assert changed(tmp_path, "lexical/wordbreak.txt") == {"lexical.bm25"}, "data decides, too"
    assert changed(tmp_path, "neural/cache.py") == {"dense.retriever"}
    assert changed(tmp_path, "rows.py") == {"lexical.bm25", "dense.retriever"}
    assert changed(tmp_path, "matrix.py") == set()
