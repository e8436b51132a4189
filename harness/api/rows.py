"""Rows of the board as JSON, after the policy has been applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from harness.leaderboard.row import Row


def run_json(row: Row) -> dict[str, Any]:
    """One row; where it lies on the disk and what is withheld is left out."""
    body = asdict(row)
    del body["path"]
    if not body["vectors_sha256"]:
        del body["vectors_sha256"]
    return body | {"parts": list(row.parts), "tie_ranges": _lists(row)}


def ranked(rows: Sequence[Row], headlines: Mapping[str, str]) -> list[tuple[int, Row]]:
    """Rows, which stand by data set and best first, with their ranks; equal scores share the better rank."""
    found: list[tuple[int, Row]] = []
    place = 0
    for row in rows:
        before = found[-1][1] if found else None
        if before is None or before.dataset != row.dataset:
            before, place = None, 0
        place += 1
        measure = headlines[row.dataset]
        tied = before is not None and before.measures[measure] == row.measures[measure]
        found.append((found[-1][0] if tied else place, row))
    return found


def _lists(row: Row) -> dict[str, list[float]]:
    return {name: list(span) for name, span in row.tie_ranges.items()}
