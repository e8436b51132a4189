"""A column of strings in two arrays, since run files have millions of identifiers.

The layout is Arrow's: all UTF-8 bytes one after another and the offset of each string. Seven million
document ids take about 120 MB this way; as Python objects they would take 500.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
PADDED_BYTES = 2**24  # what padding may cost beyond four times the strings themselves
GATHERED_ROWS = 2**17  # strings copied at a time: an index takes eight bytes for each byte it copies


def gather(data: Bytes, starts: Ints, lengths: Ints) -> Bytes:
    """The slices ``data[starts[i] : starts[i] + lengths[i]]`` one after another."""
    parts = [np.empty(0, dtype=np.uint8)]
    for row in range(0, len(starts), GATHERED_ROWS):
        size = lengths[row : row + GATHERED_ROWS]
        shift = starts[row : row + GATHERED_ROWS] - (np.cumsum(size) - size)
        parts.append(data[np.arange(size.sum(), dtype=np.int64) + np.repeat(shift, size)])
    return np.concatenate(parts)


@dataclass(frozen=True, slots=True, eq=False)
class StringColumn:
    """An immutable sequence of n strings: ``data`` uint8[total bytes], ``offsets`` int64[n + 1]."""

    data: Bytes
    offsets: Ints

    @classmethod
    def from_strings(cls, strings: Iterable[str]) -> StringColumn:
        """Pack the strings in the order given."""
        encoded = [text.encode("utf-8") for text in strings]
        offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(item) for item in encoded], out=offsets[1:])
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> str:
        position = index + len(self) if index < 0 else index
        if not 0 <= position < len(self):
            raise IndexError(f"index {index} is outside a column of {len(self)} strings")
        return self.data[self.offsets[position] : self.offsets[position + 1]].tobytes().decode("utf-8")

    def __iter__(self) -> Iterator[str]:
        return iter(self.tolist())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StringColumn):
            return NotImplemented
        mine, theirs = self.compact(), other.compact()
        return np.array_equal(mine.offsets, theirs.offsets) and np.array_equal(mine.data, theirs.data)

    __hash__ = None  # type: ignore[assignment]  # arrays have no hash

    @property
    def lengths(self) -> Ints:
        """Bytes in each string, int64[n]."""
        return np.diff(self.offsets)

    def tolist(self, start: int = 0, stop: int | None = None) -> list[str]:
        """Strings ``start`` to ``stop`` as Python objects; meant for one query's slice at a time."""
        bounds = self.offsets[start : len(self) + 1 if stop is None else stop + 1]
        if len(bounds) < 2:
            return []
        raw = self.data[bounds[0] : bounds[-1]].tobytes()
        cuts = (bounds - bounds[0]).tolist()
        if raw.isascii():
            text = raw.decode("ascii")
            return [text[a:b] for a, b in pairwise(cuts)]
        return [raw[a:b].decode("utf-8") for a, b in pairwise(cuts)]

    def compact(self) -> StringColumn:
        """The same strings with offsets from zero and no unused bytes."""
        if self.offsets[0] == 0 and self.offsets[-1] == len(self.data):
            return self
        return StringColumn(self.data[self.offsets[0] : self.offsets[-1]], self.offsets - self.offsets[0])

    def take(self, indices: npt.NDArray[np.intp] | Ints) -> StringColumn:
        """The strings at ``indices``, in that order."""
        lengths = self.lengths[indices]
        offsets = np.zeros(len(indices) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        return StringColumn(gather(self.data, self.offsets[:-1][indices], lengths), offsets)

    def fixed_width(self) -> npt.NDArray[np.bytes_]:
        """The strings as numpy ``S`` values, whose order is byte order (shorter strings padded with NUL)."""
        packed, lengths = self.compact(), self.lengths
        width = max(1, int(lengths.max(initial=1)))
        table = np.zeros((len(self), width), dtype=np.uint8)
        table[np.arange(width) < lengths[:, None]] = packed.data
        return table.view(f"S{width}").reshape(len(self))

    def byte_ranks(self) -> Ints:
        """int64[n]: the place of each string in the byte order of all distinct ones."""
        longest = int(self.lengths.max(initial=0))
        if longest * len(self) <= PADDED_BYTES + 4 * len(self.data):
            return np.unique(self.fixed_width(), return_inverse=True)[1].astype(np.int64)
        # One very long string would pad all the others to its length.
        raw, cuts = self.data.tobytes(), self.offsets.tolist()
        encoded = [raw[a:b] for a, b in pairwise(cuts)]
        places = {text: place for place, text in enumerate(sorted(set(encoded)))}
        return np.array([places[text] for text in encoded], dtype=np.int64)
