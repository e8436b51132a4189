"""What stands in a run file, good or bad, as columns. It judges nothing; the checks do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harness.columns import Ints, StringColumn
from harness.records import Floats
from harness.runfiles.blocks import Stop


class OddLine(NamedTuple):
    """A line with something to say about.

    ``text`` is the start of the line, or the token in question; ``query`` is known if the columns are six.
    """

    line: int
    tokens: int
    text: str
    query: str | None = None


class OddLines(NamedTuple):
    """All lines of one kind: how many, and the first of them."""

    total: int
    samples: tuple[OddLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scan:
    """The n good lines of a run file in file order, and what was odd about the others.

    Attributes:
        path: the file.
        queries: distinct query ids in order of appearance.
        query_rows: int32[n], for each row the position of its query in ``queries``.
        documents: n document ids.
        ranks: int32[n], 0 where the rank is not a whole number.
        scores: float64[n], NaN where the score is NaN or not a number.
        tags: each tag with the number of its rows, in order of appearance.
        text_ranks, text_scores: rows whose rank or score is not a number.
        odd: by code, lines that were set aside (``FAULTS``), and those with ``text-score``, ``bad-rank`` and
            ``unicode-space``, which were not.
        second_tag: the first row with another tag than the first.
        set_aside: ascending rows before which a line was set aside; gives rows their line numbers.
        stop: why reading ended early, or None; of a file that is too large nothing else is kept.
        marked: whether the file starts with a byte order mark.
        lines: lines read.
    """

    path: Path
    queries: tuple[str, ...]
    query_rows: npt.NDArray[np.int32]
    documents: StringColumn
    ranks: npt.NDArray[np.int32]
    scores: Floats
    tags: Mapping[str, int]
    text_ranks: Ints
    text_scores: Ints
    odd: Mapping[str, OddLines]
    second_tag: int | None
    set_aside: Ints
    stop: Stop | None
    marked: bool
    lines: int

    def line_numbers(self, rows: Ints) -> Ints:
        """Line numbers, from 1, of rows."""
        return rows + 1 + np.searchsorted(self.set_aside, rows, side="right")

    def line_number(self, row: int) -> int:
        """Line number, from 1, of one row."""
        return row + 1 + int(np.searchsorted(self.set_aside, row, side="right"))

    def query(self, row: int) -> str:
        """Query id of a row."""
        return self.queries[int(self.query_rows[row])]
