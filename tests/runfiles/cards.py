"""Cards to be shown, compared and exchanged."""

from __future__ import annotations

from typing import Any

from harness.runfiles.card import (
    Fingerprints,
    GitState,
    Hardware,
    RunCard,
    RunIdentity,
    Runtime,
    StageCard,
    Timings,
)

REQUIRED: dict[str, Any] = {
    "schema_version": 1,
    "system": "fused",
    "dataset": "demo",
    "family": "hybrid",
    "description": "BM25 and dense vectors.",
    "created": "2026-01-31T12:00:00Z",
    "run": RunIdentity(sha256="ab" * 32),
}


def bm25(**parameters: Any) -> StageCard:
    return StageCard(stage="retrieve", name="bm25", parameters=parameters or {"k1": 0.9, "b": 0.4})


def full_card(**changes: Any) -> RunCard:
    """A card that states something of every kind: a pipeline with a branch, a machine, times, hashes."""
    dense = StageCard(stage="retrieve", name="dense", parameters={"similarity": "cosine"}, seconds=2.0)
    fusion = StageCard(stage="fuse", name="rrf", parameters={"k": 60}, branches=[[dense]], facts={"runs": 2})
    rerank = StageCard(stage="rerank", name="cross-encoder", depth=50, seconds=9.5, key="cd" * 32)
    given: dict[str, Any] = {
        "pipeline": [bm25(), fusion, rerank],
        "split": "test",
        "tag": "fused",
        "depth": 1000,
        "training_data": {"msmarco": "declared", "demo": "none"},
        "authors": ["A. Nother", "S. Econd"],
        "contact": "someone@example.org",
        "links": ["https://arxiv.org/abs/2306.07471", "https://example.org/code"],
        "seeds": {"sampling": 42},
        "versions": {"numpy": "2.4.6", "python": "3.11.7", "retrieval-harness": "0.1.0"},
        "git": GitState(commit="9431900526b1f9d3f2a34f17cbdc9043e8a14f78", dirty=True),
        "hardware": Hardware(
            cpu="AMD EPYC",
            cores=2,
            memory_bytes=25276510208,
            os="Linux x86_64",
            machine_class="AMD EPYC, 2 cores, 24 GiB",
        ),
        "runtime": Runtime(
            blas=["openblas 0.3.31 Haswell"],
            threads={"openblas": 2},
            kernel="Linux 6.1.0",
            distribution="Debian GNU/Linux 12 (bookworm)",
        ),
        "timings": Timings(index_seconds=0.2),
        "resources": {"ram_used_process_kb_max": 104000},
        "index": {"documents": 290, "encode_seconds": 1.5},
        "fingerprints": Fingerprints(documents="v1:aa", queries="v1:bb", judgments="v1:cc"),
    }
    return RunCard(**{**REQUIRED, **given, **changes})
