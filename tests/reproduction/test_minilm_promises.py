"""Promises on real collections: all-MiniLM-L6-v2, a vector for a text or for each token, also fused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import needs_neural, needs_packages
from tests.reproduction.promises import COLLECTIONS, assert_kept, promising


@pytest.mark.parametrize("dataset", COLLECTIONS)
def test_they_are_kept(shared_data: Path, home: Path, dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_neural()
    needs_packages("engines", "faiss")
    assert_kept(promising(home / "baselines", "minilm", dataset), dataset, shared_data, monkeypatch)
