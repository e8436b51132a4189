"""Scanning a run file: one pass over its bytes, no Python object per line on the way."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from harness.columns import Bytes, Ints, StringColumn, gather
from harness.runfiles.blocks import Stop, read_blocks
from harness.runfiles.limits import Limits
from harness.runfiles.lines import COLUMNS, FAULTS, Lines, split_lines
from harness.runfiles.numbers import parse_ranks, parse_scores
from harness.runfiles.scan import OddLine, OddLines, Scan

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SAMPLES = 100  # how many odd lines of a kind are kept with their text
EXCERPT = 120  # characters of an odd line that are kept

Kind = TypeVar("Kind", bound=np.generic)
Parts = list[npt.NDArray[Kind]]


def scan_file(path: Path, limits: Limits) -> Scan:
    """Read a run file into columns.

    Raises:
        RunFileError: there is no such file, or it may not be read; whatever is in it, nothing is raised.
    """
    columns = _Columns()
    stop, marked = None, False
    for item in read_blocks(path, limits):
        if isinstance(item, Stop):
            if item.code == "too-large":
                return _Columns().scan(path, item, marked)
            stop = item
            continue
        text = item.text
        if item.first_line == 1 and text.startswith(BYTE_ORDER_MARK):
            marked, text = True, text.removeprefix(BYTE_ORDER_MARK)
        columns.add(split_lines(text, limits.line_bytes))
    return columns.scan(path, stop, marked)


class _Columns:
    """Grows block by block; a block's columns are arrays, joined at the end."""

    def __init__(self) -> None:
        self.queries: dict[str, int] = {}
        self.tags: Counter[str] = Counter()
        self.second_tag: int | None = None
        self.odd: dict[str, tuple[int, list[OddLine]]] = {}
        self.rows = self.lines = 0
        self.query_rows: Parts[np.int32] = [np.empty(0, dtype=np.int32)]
        self.ids: Parts[np.uint8] = [np.empty(0, dtype=np.uint8)]
        self.lengths: Parts[np.int32] = [np.empty(0, dtype=np.int32)]
        self.ranks: Parts[np.int32] = [np.empty(0, dtype=np.int32)]
        self.scores: Parts[np.float64] = [np.empty(0, dtype=np.float64)]
        self.text_ranks: Parts[np.int64] = [np.empty(0, dtype=np.int64)]
        self.text_scores: Parts[np.int64] = [np.empty(0, dtype=np.int64)]
        self.set_aside: Parts[np.int64] = [np.empty(0, dtype=np.int64)]

    def add(self, lines: Lines) -> None:
        """Take in one block."""
        self._keep_odd(lines)
        data, starts = lines.data, lines.starts
        lengths = lines.stops - starts
        good = np.flatnonzero(lines.faults == 0)
        self._add_queries(data, starts[:, 0], lengths[:, 0])
        self.ids.append(gather(data, starts[:, 2], lengths[:, 2]))
        self.lengths.append(lengths[:, 2].astype(np.int32))
        ranks = parse_ranks(data, starts[:, 3], lengths[:, 3])
        self.ranks.append(ranks.values)
        self.text_ranks.append(ranks.text + self.rows)
        self._keep_tokens("bad-rank", lines, good, ranks.text, 3)
        scores = parse_scores(data, starts[:, 4], lengths[:, 4])
        self.scores.append(scores.values)
        self.text_scores.append(scores.text + self.rows)
        self._keep_tokens("text-score", lines, good, scores.text, 4)
        self._add_tags(data, starts[:, 5], lengths[:, 5])
        self.rows += len(starts)
        self.lines += len(lines.ends)

    def _keep_odd(self, lines: Lines) -> None:
        bad = np.flatnonzero(lines.faults)
        kinds = {
            FAULTS[fault]: np.flatnonzero(lines.faults == fault) for fault in np.unique(lines.faults[bad])
        }
        for kind, rows in {**kinds, "unicode-space": lines.spaced}.items():
            shown = [
                OddLine(self.lines + row + 1, int(lines.tokens[row]), lines.text(row)[:EXCERPT])
                for row in rows[: self._room(kind)].tolist()
            ]
            self._keep(kind, len(rows), shown)
        self.set_aside.append(self.rows + bad - np.arange(len(bad)))

    def _keep_tokens(self, kind: str, lines: Lines, good: Ints, rows: Ints, column: int) -> None:
        shown = [
            OddLine(
                self.lines + int(good[row]) + 1,
                COLUMNS,
                lines.token(row, column)[:EXCERPT],
                lines.token(row, 0),
            )
            for row in rows[: self._room(kind)].tolist()
        ]
        self._keep(kind, len(rows), shown)

    def _room(self, kind: str) -> int:
        return SAMPLES - len(self.odd[kind][1]) if kind in self.odd else SAMPLES

    def _keep(self, kind: str, count: int, shown: list[OddLine]) -> None:
        if count:
            total, samples = self.odd.get(kind, (0, []))
            self.odd[kind] = (total + count, samples + shown)

    def _add_queries(self, data: Bytes, starts: Ints, lengths: Ints) -> None:
        """One dictionary look-up for each run of lines with the same query."""
        heads, ids = distinct_neighbours(data, starts, lengths)
        codes = [self.queries.setdefault(name, len(self.queries)) for name in ids]
        repeats = np.diff(heads, append=len(starts))
        self.query_rows.append(np.repeat(np.array(codes, dtype=np.int32), repeats))

    def _add_tags(self, data: Bytes, starts: Ints, lengths: Ints) -> None:
        heads, tags = distinct_neighbours(data, starts, lengths)
        counts = np.diff(heads, append=len(starts)).tolist()
        for head, tag, count in zip(heads.tolist(), tags, counts, strict=True):
            if self.second_tag is None and self.tags and tag not in self.tags:
                self.second_tag = self.rows + head
            self.tags[tag] += count

    def scan(self, path: Path, stop: Stop | None, marked: bool) -> Scan:
        """Join the parts."""
        offsets = np.zeros(self.rows + 1, dtype=np.int64)
        np.cumsum(_joined(self.lengths), out=offsets[1:])
        return Scan(
            path=path,
            queries=tuple(self.queries),
            query_rows=_joined(self.query_rows),
            documents=StringColumn(_joined(self.ids), offsets),
            ranks=_joined(self.ranks),
            scores=_joined(self.scores),
            tags=dict(self.tags),
            text_ranks=_joined(self.text_ranks),
            text_scores=_joined(self.text_scores),
            odd={kind: OddLines(total, tuple(samples)) for kind, (total, samples) in self.odd.items()},
            second_tag=self.second_tag,
            set_aside=_joined(self.set_aside),
            stop=stop,
            marked=marked,
            lines=self.lines,
        )


def _joined(parts: Parts[Kind]) -> npt.NDArray[Kind]:
    """Join a column's parts and let go of them, so that only one column is held twice at a time."""
    whole = np.concatenate(parts)
    parts.clear()
    return whole


def distinct_neighbours(data: Bytes, starts: Ints, lengths: Ints) -> tuple[Ints, list[str]]:
    """Collapse equal neighbours: the row where each run of equal tokens begins, and its token."""
    if not len(starts):
        return np.empty(0, dtype=np.int64), []
    packed, begins = gather(data, starts, lengths), np.cumsum(lengths) - lengths
    before = np.concatenate((lengths[:1], lengths[:-1]))
    changed = lengths != before
    # Where neighbours are equally long, the byte to compare with lies one token's length back.
    back = np.arange(len(packed)) - np.repeat(lengths, lengths)
    differs = packed != packed.take(back, mode="clip")
    differs[: lengths[0]] = False
    changed |= np.logical_or.reduceat(differs, begins)
    changed[0] = True
    heads = np.flatnonzero(changed)
    ids = [
        packed[begin : begin + length].tobytes().decode("utf-8")
        for begin, length in zip(begins[heads].tolist(), lengths[heads].tolist(), strict=True)
    ]
    return heads, ids
