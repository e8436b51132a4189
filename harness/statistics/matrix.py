"""The input of every statistic: a matrix of values that has been looked at, and its pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.errors import CommandError, Problem, ScoreError
from harness.records import Floats

Scalar = TypeVar("Scalar", bound=np.generic)

LARGEST = 1e100
"""Values above it are refused: their squares would leave the range of a double."""

MOST_PROBLEMS = 20
"""So many bad values are named one by one; the rest is counted."""


def check_values(values: npt.ArrayLike, names: Sequence[str] | None = None) -> Floats:
    """Copy to a read-only float64[s, n] after checking that statistics of it mean something.

    Args:
        values: [s systems, n queries], finite, s ≥ 1, n ≥ 2.
        names: s distinct names for messages; without them systems are counted from 1.

    Raises:
        CommandError: not a matrix, no system, or names that do not fit.
        ScoreError: fewer than two queries, or values that are NaN, infinite or beyond 1e100; all are named.
    """
    matrix = np.array(values, dtype=np.float64, order="C")
    if matrix.ndim != 2 or matrix.shape[0] == 0:
        raise CommandError(f"Expected a matrix [systems, queries] with a system; found shape {matrix.shape}.")
    labels = [str(i + 1) for i in range(len(matrix))] if names is None else list(names)
    if len(labels) != len(matrix):
        raise CommandError(f"{len(matrix)} rows of values need as many names; {len(labels)} were given.")
    if twice := sorted({name for name in labels if labels.count(name) > 1}):
        raise CommandError(f"Each system needs a name of its own; more than once: {', '.join(twice)}.")
    _refuse_bad_cells(matrix, labels)
    if matrix.shape[1] < 2:
        raise ScoreError(
            f"Statistics need 2 queries or more, as one says nothing about spread; found {matrix.shape[1]}."
        )
    return frozen(matrix)


def _refuse_bad_cells(matrix: Floats, labels: list[str]) -> None:
    rows, columns = np.nonzero(~(np.abs(matrix) <= LARGEST))  # the negation catches NaN as well
    if not len(rows):
        return
    problems = [
        Problem(
            f"system {labels[i]!r}, query number {j + 1}", f"expected a finite number, found {matrix[i, j]}"
        )
        for i, j in zip(rows[:MOST_PROBLEMS].tolist(), columns[:MOST_PROBLEMS].tolist(), strict=True)
    ]
    if len(rows) > MOST_PROBLEMS:
        problems.append(Problem("", f"and {len(rows) - MOST_PROBLEMS} more"))
    raise ScoreError("Values without a meaning cannot be compared.", problems)


def frozen(array: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    """Make an array that we own read-only and return it."""
    array.setflags(write=False)
    return array


def pairs(systems: int) -> tuple[Ints, Ints]:
    """First and second system of the m = s(s − 1)/2 pairs: (0, 1), (0, 2), …, (1, 2), …"""
    first, second = np.triu_indices(systems, 1)
    return first.astype(np.int64), second.astype(np.int64)


def blocks(pair_count: int, queries: int, elements: int = 1 << 19) -> Iterator[slice]:
    """Slices of a list of pairs, each so small that its pairs × queries stay below ``elements``."""
    size = max(1, elements // queries)
    return (slice(start, min(start + size, pair_count)) for start in range(0, pair_count, size))


def square(
    upper: npt.NDArray[Scalar], systems: int, *, diagonal: float, lower: npt.NDArray[Scalar]
) -> npt.NDArray[Scalar]:
    """Read-only [s, s, …] matrix of one entry per pair above the diagonal and one below."""
    matrix = np.full((systems, systems, *upper.shape[1:]), diagonal, dtype=upper.dtype)
    first, second = pairs(systems)
    matrix[first, second] = upper
    matrix[second, first] = lower
    return frozen(matrix)
