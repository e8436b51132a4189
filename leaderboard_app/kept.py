"""Values of queries for a board of the past: those of runs that the store still shows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np

from harness.leaderboard.row import Row
from harness.records import Floats

Cell = tuple[str, str]
"""Data set and system."""


def kept_cells(then: Iterable[Row], now: Iterable[Row]) -> frozenset[Cell]:
    """Where the run of a past board is the one of the present board, whose values are in the store."""
    present = {(row.dataset, row.system): row.sha256 for row in now}
    return frozenset(
        (row.dataset, row.system) for row in then if present.get((row.dataset, row.system)) == row.sha256
    )


def with_gaps(
    read: Callable[[Sequence[str]], Floats], dataset: str, systems: Sequence[str], kept: Collection[Cell]
) -> Floats:
    """What ``read`` gives for the systems whose runs are kept and NaN for the others, in their order.

    Args:
        read: values by system, the first axis.
        dataset: of the values.
        systems: whose values are wanted.
        kept: as :func:`kept_cells` gives them.
    """
    there = np.array([(dataset, system) in kept for system in systems], dtype=np.bool_)
    if not there.any():
        return np.full((len(systems), 1), np.nan)
    found = read([system for system, known in zip(systems, there, strict=True) if known])
    whole = np.full((len(systems), *found.shape[1:]), np.nan)
    whole[there] = found
    return whole
