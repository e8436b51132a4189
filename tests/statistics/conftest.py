"""Run files for comparisons, small enough to check by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Place = Callable[[str, Mapping[str, list[str]]], Path]

# Five queries with one relevant document each: RR is 1 over the rank of "r".
QRELS = "".join(f"q{i} 0 r 1\n" for i in range(1, 6))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Write a run file from {query: documents in rank order}."""

    def put(name: str, rankings: Mapping[str, list[str]]) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            f"{query} Q0 {document} {rank} {-rank}.0 t\n"
            for query, documents in rankings.items()
            for rank, document in enumerate(documents, 1)
        ]
        path.write_text("".join(lines))
        return path

    return put


@pytest.fixture
def qrels(tmp_path: Path) -> Path:
    """Judgments of q1 to q5."""
    path = tmp_path / "qrels.txt"
    path.write_text(QRELS)
    return path


def at_ranks(*ranks: int) -> dict[str, list[str]]:
    """Rankings with the relevant document of q1, q2, … at these ranks; 0 leaves the query out."""
    return {f"q{i}": [*(f"x{k}" for k in range(1, rank)), "r"] for i, rank in enumerate(ranks, 1) if rank}
