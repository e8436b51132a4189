"""Vectors that go to the disk as they come, so that an index is built in the memory of a few blocks."""

from __future__ import annotations

import os
import weakref
from typing import Any, Final

import numpy as np

from harness.columns import Ints
from harness.retrievers.nameless import nameless_file

ROWS_AT_ONCE: Final = 4096


class VectorFile:
    """Vectors of d dimensions in the order of their coming, in a file without a name.

    Args:
        kind: of the numbers, such as ``float32`` or ``float16``.
    """

    def __init__(self, kind: str = "float32") -> None:
        self._file = nameless_file()
        weakref.finalize(self, self._file.close)
        self.kind = np.dtype(kind)
        self.dimensions = 0
        self.rows = 0

    def append(self, vectors: Any) -> None:
        """Write vectors, float[n, d]; d is that of the first.

        Raises:
            OSError: the disk is full.
            ValueError: the dimensions differ from those before.
        """
        if self.rows and vectors.shape[1] != self.dimensions:
            raise ValueError(f"vectors of {vectors.shape[1]} dimensions after ones of {self.dimensions}")
        self._file.write(np.ascontiguousarray(vectors, dtype=self.kind).data)
        self.dimensions, self.rows = vectors.shape[1], self.rows + len(vectors)

    def mapped(self) -> Any:
        """The rows so far, float[n, d], in the file."""
        if not self.rows:
            return np.empty((0, self.dimensions), dtype=self.kind)
        self._file.flush()
        # Copy-on-write, so that no search changes the file; a plain view, as compiled code wants it.
        return np.asarray(
            np.memmap(self._file, dtype=self.kind, mode="c", shape=(self.rows, self.dimensions))
        )

    def taken(self, places: Ints) -> Any:
        """The rows at ``places``, int64[n], in that order, in a file of their own."""
        return self.spans(places, np.ones_like(places))

    def spans(self, firsts: Ints, lengths: Ints) -> Any:
        """The rows from ``firsts``, int64[n], ``lengths`` of each, in that order, in a file of their own.

        Raises:
            OSError: the disk is full, or the file cannot be read.
        """
        ordered, width = VectorFile(str(self.kind)), self.dimensions * self.kind.itemsize
        self._file.flush()
        room = max(ROWS_AT_ONCE, int(lengths.max(initial=0)))
        rows, filled = np.empty((room, self.dimensions), dtype=self.kind), 0
        for first, length in zip(firsts.tolist(), lengths.tolist(), strict=True):
            if filled + length > room:
                ordered.append(rows[:filled])
                filled = 0
            # Not by mapping: each row touched would bring its neighbours into memory.
            read = os.preadv(self._file.fileno(), [rows[filled : filled + length].data], first * width)
            if read != length * width:
                raise OSError(f"{read} bytes were read of {length * width}")
            filled += length
        ordered.append(rows[:filled])
        return ordered.mapped()
