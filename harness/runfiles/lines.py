"""Lines and tokens of a block of bytes, found with masks rather than line by line."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harness.columns import Bytes, Ints

COLUMNS = 6
NEWLINE, BLANK, HASH, DELETE = 10, 32, 35, 127
FAULTS = ("", "wrong-columns", "blank-line", "comment-line", "control-character", "not-utf8", "too-large")
UNICODE_SPACE = re.compile("[\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")


class Lines(NamedTuple):
    """The n lines of a block, m of them good.

    Attributes:
        data: the bytes.
        ends: int64[n], where each line's newline is.
        tokens: int64[n], tokens in each line.
        faults: uint8[n], 0 for a good line, otherwise a position in ``FAULTS``.
        starts, stops: int64[m, 6], where each token of the good lines begins and ends.
        spaced: lines with a Unicode space, at which some readers split and others do not.
    """

    data: Bytes
    ends: Ints
    tokens: Ints
    faults: npt.NDArray[np.uint8]
    starts: Ints
    stops: Ints
    spaced: Ints

    def text(self, line: int) -> str:
        """One line as text, whatever its bytes are."""
        start = int(self.ends[line - 1]) + 1 if line else 0
        return self.data[start : self.ends[line]].tobytes().decode("utf-8", errors="backslashreplace")

    def token(self, row: int, column: int) -> str:
        """One token of a good line."""
        return self.data[self.starts[row, column] : self.stops[row, column]].tobytes().decode("utf-8")


def split_lines(text: bytes, line_bytes: int) -> Lines:
    """Split whole lines at ASCII white space only: blank, tab, vertical tab, form feed, carriage return."""
    data = np.frombuffer(text, dtype=np.uint8)
    space = (data == BLANK) | ((data - np.uint8(9)) <= 4)
    edges = np.flatnonzero(space[1:] != space[:-1]) + 1
    if not space[0]:
        edges = np.concatenate(([0], edges))
    starts, stops = edges[0::2], edges[1::2]
    ends = np.flatnonzero(data == NEWLINE)
    before = np.searchsorted(starts, ends)
    tokens = np.diff(before, prepend=0)
    broken, spaced = _beyond_ascii(data, ends, text)
    faults = np.zeros(len(ends), dtype=np.uint8)  # the gravest fault of a line is written last
    faults[tokens != COLUMNS] = 1
    faults[tokens == 0] = 2
    faults[_comments(data, starts, before, tokens)] = 3
    control = ((data < BLANK) & ((data - np.uint8(9)) > 4)) | (data == DELETE)
    faults[np.searchsorted(ends, np.flatnonzero(control))] = 4
    faults[broken] = 5
    faults[np.diff(ends, prepend=-1) - 1 > line_bytes] = 6
    if faults.any():
        kept = np.repeat(faults == 0, tokens)
        starts, stops = starts[kept], stops[kept]
    shape = (-1, COLUMNS)
    return Lines(data, ends, tokens, faults, starts.reshape(shape), stops.reshape(shape), spaced)


def _comments(data: Bytes, starts: Ints, before: Ints, tokens: Ints) -> Ints:
    """Lines whose first token starts with '#'."""
    written = np.flatnonzero(tokens > 0)
    first = starts[before[written] - tokens[written]]
    comments: Ints = written[data[first] == HASH]
    return comments


def _beyond_ascii(data: Bytes, ends: Ints, text: bytes) -> tuple[Ints, Ints]:
    """Lines that are not UTF-8, and lines with Unicode spaces; looked at one by one only if there are any."""
    none = np.empty(0, dtype=np.int64)
    if text.isascii():
        return none, none
    try:
        if not UNICODE_SPACE.search(text.decode("utf-8")):
            return none, none
    except UnicodeDecodeError:
        pass  # found line by line below
    broken, spaced = [], []
    for row in np.unique(np.searchsorted(ends, np.flatnonzero(data >= 0x80))).tolist():
        start = int(ends[row - 1]) + 1 if row else 0
        try:
            line = data[start : ends[row]].tobytes().decode("utf-8")
        except UnicodeDecodeError:
            broken.append(row)
            continue
        if UNICODE_SPACE.search(line):
            spaced.append(row)
    return np.array(broken, dtype=np.int64), np.array(spaced, dtype=np.int64)
