"""Turning a ragged table of elements by row into one by column, compiled by numba when first called."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numba import njit

from harness.columns import Ints
from harness.retrievers.dense.vector_file import VectorFile
from harness.retrievers.nameless import nameless_file
from harness.retrievers.rows import Float32s, Int32s
from harness.retrievers.saved_arrays import release

ELEMENTS_AT_ONCE: Final = 2**20
"""Of a table on the disk; 12 MB, of which a few copies are in memory."""
ELEMENT: Final = np.dtype([("row", np.int32), ("column", np.int32), ("value", np.float32)])


def transposed(bounds: Ints, columns: Any, values: Any, n_columns: int) -> tuple[Ints, Int32s, Float32s]:
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
    _count(columns, starts)
    np.cumsum(starts, out=starts)
    rows = np.repeat(np.arange(len(bounds) - 1, dtype=np.int32), np.diff(bounds))
    return starts, *_sorted(rows, columns, values, starts, 0)


def transposed_on_disk(
    bounds: Ints, columns: Any, values: Any, n_columns: int
) -> tuple[Ints, Int32s, Float32s]:
    """The same for a table in files, into files, with blocks of them in memory.

    Elements go into a file by ranges of columns first, and each range is put in order on its own, so that
    whatever is written is written in a row.

    Raises:
        OSError: the disk is full, or a file cannot be read.
    """
    starts = np.zeros(n_columns + 1, np.int64)
    for first, last in row_blocks(bounds):
        _count(columns[bounds[first] : bounds[last]], starts)
        release(columns)
    np.cumsum(starts, out=starts)
    edges = np.array([0, *(last for _, last in row_blocks(starts))])
    rows, moved = VectorFile("int32"), VectorFile("float32")
    with _Ranges(starts[edges]) as ranges:
        range_of = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
        for first, last in row_blocks(bounds):
            ranges.add(*_block(bounds, columns, values, first, last, range_of))
            for array in (columns, values):
                release(array)
        for number, (first, last) in enumerate(pairwise(edges)):
            part = ranges.read(number)
            own = starts[first : last + 1] - starts[first]
            made = _sorted(part["row"], part["column"], part["value"], own, first)
            rows.append(made[0][:, None])
            moved.append(made[1][:, None])
    return starts, rows.mapped().reshape(-1), moved.mapped().reshape(-1)


class _Ranges:
    """Elements by ranges of columns, in a file without a name where each range has its place.

    Args:
        starts: int64[r + 1]; range i will have the elements ``starts[i]`` to ``starts[i + 1]``.
    """

    def __init__(self, starts: Ints) -> None:
        self._starts, self._free = starts, starts[:-1].copy()
        self._file = nameless_file()

    def __enter__(self) -> _Ranges:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, elements: Any, counts: Ints) -> None:
        """Write elements that are in the order of the ranges, so many of each."""
        ends = np.cumsum(counts)
        for number in np.flatnonzero(counts).tolist():
            some = elements[ends[number] - counts[number] : ends[number]].view(np.uint8).data
            place = int(self._free[number]) * ELEMENT.itemsize
            if os.pwrite(self._file.fileno(), some, place) != len(some):
                raise OSError("the disk is full")
            self._free[number] += counts[number]

    def read(self, number: int) -> Any:
        """The elements of a range, by ascending row."""
        first, last = self._starts[number : number + 2].tolist()
        part: Any = np.empty(last - first, dtype=ELEMENT)
        read = os.preadv(self._file.fileno(), [part.view(np.uint8).data], first * ELEMENT.itemsize)
        if read != part.nbytes:
            raise OSError(f"{read} bytes were read of {part.nbytes}")
        return part


def _block(
    bounds: Ints, columns: Any, values: Any, first: int, last: int, range_of: Ints
) -> tuple[Any, Ints]:
    """The elements of some rows in the order of the ranges, and how many each range has."""
    span = slice(bounds[first], bounds[last])
    part = np.empty(int(bounds[last] - bounds[first]), dtype=ELEMENT)
    part["row"] = np.repeat(np.arange(first, last), np.diff(bounds[first : last + 1]))
    part["column"], part["value"] = columns[span], values[span]
    if range_of.max(initial=0) == 0:
        return part, np.array([len(part)])
    own = range_of[part["column"]]
    order = np.argsort(own.astype(np.uint16) if range_of[-1] < 2**16 else own, kind="stable")
    return part[order], np.bincount(own, minlength=int(range_of[-1]) + 1)


def row_blocks(bounds: Ints) -> Iterator[tuple[int, int]]:
    """Spans of rows with so many elements, or of one row that has more."""
    first, n = 0, len(bounds) - 1
    while first < n:
        last = int(np.searchsorted(bounds, bounds[first] + ELEMENTS_AT_ONCE, side="right")) - 1
        last = min(max(last, first + 1), n)
        yield first, last
        first = last


@njit(cache=True, nogil=True)
def _count(columns: Any, starts: Any) -> None:
    """Add the number of elements of column i to ``starts[i + 1]``."""
    for column in columns:
        starts[column + 1] += 1


@njit(cache=True, nogil=True)
def _sorted(rows: Any, columns: Any, values: Any, starts: Any, least: int) -> Any:
    """Rows and values by column, of elements by row; ``starts`` of the columns from ``least`` on."""
    free = starts[:-1].copy()
    made, moved = np.empty(len(rows), np.int32), np.empty(len(rows), np.float32)
    for i in range(len(rows)):
        place = free[columns[i] - least]
        made[place], moved[place] = rows[i], values[i]
        free[columns[i] - least] += 1
    return made, moved
