"""Promises on real collections: token vectors of all-MiniLM-L6-v2, compared by MaxSim."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import needs_neural
from tests.reproduction.promises import COLLECTIONS, assert_kept, promising


@pytest.mark.parametrize(
    "dataset",
    [pytest.param(each, marks=pytest.mark.long if each == "scifact" else ()) for each in COLLECTIONS],
)
def test_they_are_kept(shared_data: Path, home: Path, dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_neural()
    assert_kept(promising(home / "baselines", "maxsim", dataset), dataset, shared_data, monkeypatch)
