"""Vectors that go to the disk as they come, so that an index is built in the memory of a few blocks."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterable
from typing import IO, Final

import numpy as np

from harness.columns import Ints
from harness.files import cache_folder
from harness.retrievers.rows import Float32s

ROWS_AT_ONCE: Final = 4096


class VectorFile:
    """Vectors of d dimensions in the order of their coming, in a file without a name.

    The file goes with the process, however that ends. It lies in the cache folder, since what is meant for
    temporary files is memory on some machines; where there is none to be had, it lies among those.
    """

    def __init__(self) -> None:
        self._file = _nameless()
        weakref.finalize(self, self._file.close)
        self.dimensions = 0
        self.rows = 0

    def append(self, vectors: Float32s) -> None:
        """Write vectors, float32[n, d]; d is that of the first.

        Raises:
            OSError: the disk is full.
            ValueError: the dimensions differ from those before.
        """
        if self.rows and vectors.shape[1] != self.dimensions:
            raise ValueError(f"vectors of {vectors.shape[1]} dimensions after ones of {self.dimensions}")
        self._file.write(np.ascontiguousarray(vectors, dtype=np.float32).data)
        self.dimensions, self.rows = vectors.shape[1], self.rows + len(vectors)

    def mapped(self) -> Float32s:
        """The rows so far, float32[n, d], in the file."""
        if not self.rows:
            return np.empty((0, self.dimensions), dtype=np.float32)
        self._file.flush()
        # Copy-on-write, so that no search changes the file; a plain view, as compiled code wants it.
        return np.asarray(
            np.memmap(self._file, dtype=np.float32, mode="c", shape=(self.rows, self.dimensions))
        )

    def taken(self, places: Ints) -> Float32s:
        """The rows at ``places``, int64[n], in that order, in a file of their own."""
        ordered, width = VectorFile(), self.dimensions * np.dtype(np.float32).itemsize
        self._file.flush()
        for start in range(0, len(places), ROWS_AT_ONCE):
            some = places[start : start + ROWS_AT_ONCE]
            rows = np.empty((len(some), self.dimensions), dtype=np.float32)
            for row, place in zip(rows, some.tolist(), strict=True):
                # Not by mapping: each row touched would bring its neighbours into memory.
                os.preadv(self._file.fileno(), [row.data], place * width)
            ordered.append(rows)
        return ordered.mapped()


def filed(vectors: Iterable[Float32s]) -> VectorFile:
    """A file of vectors, float32[n, d] each."""
    made = VectorFile()
    for some in vectors:
        made.append(some)
    return made


def _nameless() -> IO[bytes]:
    folder = cache_folder() / "building"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=folder)
    except OSError:
        return tempfile.TemporaryFile()
