"""Rows of a board made by hand."""

from __future__ import annotations

from collections.abc import Mapping

from harness.leaderboard.row import Row


def row(dataset: str, system: str, measures: Mapping[str, float], **others: object) -> Row:
    """A row with harmless values where a test does not care."""
    fields: dict[str, object] = {
        "family": "lexical",
        "description": "A system.",
        "created": "2026-01-31T12:00:00Z",
        "depth": 1000,
        "tie_ranges": {},
        "answered": 4,
        "judged_queries": 4,
        "tied_share": 0.0,
        "sha256": "ab" * 32,
        "path": f"{dataset}/{system}/run.trec.gz",
        "engine": "harness 0",
        "flags": {},
        "vectors_sha256": "",
        "issues": {},
    }
    return Row(dataset=dataset, system=system, measures=dict(measures), **(fields | others))  # type: ignore[arg-type]
