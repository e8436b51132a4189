"""Promises on real collections: learned sparse weights of SPLADE on BERT-tiny."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import needs_neural, needs_packages
from tests.reproduction.promises import COLLECTIONS, assert_kept, promising


@pytest.mark.parametrize("dataset", COLLECTIONS)
def test_they_are_kept(shared_data: Path, home: Path, dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_neural()
    needs_packages("engines", "bmp", "seismic")
    assert_kept(promising(home / "baselines", "splade", dataset), dataset, shared_data, monkeypatch)
