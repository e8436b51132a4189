"""Turning a ragged table of elements by row into one by column, compiled by numba when first called."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def transposed(bounds: Any, columns: Any, values: Any, n_columns: int) -> Any:
    """The elements of each column, by ascending row.

    Args:
        bounds: int64[n + 1]; row i has the elements ``bounds[i]`` to ``bounds[i + 1]``.
        columns: int32[e], the column of each element.
        values: float32[e].
        n_columns: c.

    Returns:
        ``starts`` int64[c + 1], ``rows`` int32[e], ``values`` float32[e].
    """
    starts = np.zeros(n_columns + 1, np.int64)
    for column in columns:
        starts[column + 1] += 1
    for column in range(n_columns):
        starts[column + 1] += starts[column]
    free = starts[:-1].copy()
    rows = np.empty(len(columns), np.int32)
    moved = np.empty(len(columns), np.float32)
    for row in range(len(bounds) - 1):
        for i in range(bounds[row], bounds[row + 1]):
            rows[free[columns[i]]] = row
            moved[free[columns[i]]] = values[i]
            free[columns[i]] += 1
    return starts, rows, moved
