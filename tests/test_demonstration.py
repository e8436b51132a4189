"""The demonstration shows every baseline of the demo collection, whatever is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.demonstration import demo
from harness.errors import MissingExtraError
from harness.registry import Registry
from harness.runfiles.card import read_card
from tests.conftest import ROOT


def test_systems_whose_packages_are_absent_take_part_with_their_recorded_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = MissingExtraError("The retriever", "torch", "neural")
    monkeypatch.setattr(Registry, "missing", lambda self, name: None if name != "dense" else absent)
    names = {"bm25.yaml", "minilm.yaml"}
    folder = tmp_path / "baselines"
    folder.mkdir()
    for name in names:
        (folder / name).write_text((ROOT / "baselines" / name).read_text())
    monkeypatch.setattr("harness.demonstration.baselines_folder", lambda: folder)
    said: list[str] = []
    made = demo(tmp_path / "home", progress=said.append)
    assert [row.system for row in made.board.rows] == ["minilm", "bm25"]
    card = read_card(ROOT / "runs" / "demo" / "minilm" / "card.yaml")
    assert made.board.rows[0].sha256 == card.run.sha256
    assert any("taking the recorded run of minilm" in line for line in said)
