"""From a run file to its hits through the kernel: blocks of text in reused memory, nothing else kept."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import IO

import numpy as np

from harness.columns import Ints
from harness.evaluation.hits import Hits
from harness.evaluation.judgments import Judgments
from harness.evaluation.kernel import layout as at
from harness.evaluation.kernel.arguments import JudgmentIndex, Workspace
from harness.evaluation.kernel.native import kernel
from harness.files import GZIP_MAGIC, ZSTD_MAGIC, open_binary
from harness.runfiles.limits import Limits

BLOCK_BYTES = 2**20
"""Text scored at a time; small enough to stay in the processor's cache."""

LARGEST_BLOCK = 2**28
"""Text of one query up to which blocks grow."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_workspaces = threading.local()


class _Refused(Exception):  # noqa: N818
    """The file holds something that the kernel does not take."""


def hits_of_file(path: Path, judgments: Judgments, score_precision: str, limits: Limits) -> Hits | None:
    """The hits of a run file, or None where anything about it is out of the ordinary.

    None is no verdict: the file may be malformed, too large, interleave its topics, or write numbers in a
    way that the kernel leaves to others. The strict reader then takes it, and reports or accepts it.
    """
    scorer = _Scorer(judgments, score_precision, limits)
    try:
        with path.open("rb", buffering=0) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > limits.file_bytes:
                return None
            packed = stream.read(4).startswith((GZIP_MAGIC, ZSTD_MAGIC))
            if not packed:
                stream.seek(0)
                scorer.consume(stream, limits.text_bytes)
        if packed:
            with open_binary(path) as unpacked:
                bound = min(limits.text_bytes, max(limits.ratio_grace, limits.ratio * size))
                scorer.consume(unpacked, bound)
        return scorer.hits()
    except _Refused:
        return None
    except (OSError, EOFError, ValueError):
        return None  # the reader finds the same again, and says where
    except Exception as error:
        if type(error).__name__ in ("IsalError", "ZstdError"):
            return None  # damaged compressed data; named like this so that neither package loads in vain
        raise


class _Scorer:
    """One file on its way through the kernel."""

    def __init__(self, judgments: Judgments, score_precision: str, limits: Limits) -> None:
        self.judgments, self.score_precision, self.limits = judgments, score_precision, limits
        self.index = JudgmentIndex.of(judgments)
        self.returned = np.zeros(len(judgments), dtype=np.int64)
        self.tied_pairs = np.zeros(len(judgments), dtype=np.int64)
        self.queries: set[int] = set()
        self.n_queries = self.lines = self.filled = self.total = 0
        self.ended = False
        self.workspace = _workspace(BLOCK_BYTES, len(judgments.qrels))
        self._prepare()
        self.workspace.args[at.N_HITS] = 0

    def _prepare(self) -> None:
        args = self.workspace.args
        for position, value in self.index.args.items():
            args[position] = value
        args[at.RETURNED] = self.returned.ctypes.data
        args[at.TIED_PAIRS] = self.tied_pairs.ctypes.data
        args[at.SINGLE] = self.score_precision == "single"
        args[at.LINE_BYTES] = self.limits.line_bytes

    def _fill(self, stream: IO[bytes]) -> None:
        """Read until the block is full or the file ends."""
        space = self.workspace
        view = memoryview(space.text)
        while self.filled < space.capacity:
            got = stream.readinto(view[self.filled : space.capacity])  # type: ignore[attr-defined]
            if not got:
                self.ended = True
                break
            self.filled += got
            self.total += got

    def consume(self, stream: IO[bytes], bound: int) -> None:
        """Score block after block.

        Raises:
            _Refused: at the first thing that the kernel does not take.
        """
        self._fill(stream)
        if not self.filled or self.workspace.text.startswith(BYTE_ORDER_MARK):
            raise _Refused
        while True:
            if self.total > bound:
                raise _Refused
            used = self._score()
            if self.lines > self.limits.lines:
                raise _Refused
            if self.ended:
                return
            text = self.workspace.text
            text[: self.filled - used] = text[used : self.filled]
            self.filled -= used
            if not used:
                self._grow()
            self._fill(stream)

    def _score(self) -> int:
        """Run the kernel over what has been read; how many bytes it has done with."""
        space, args = self.workspace, self.workspace.args
        end = space.text.rfind(b"\n", 0, self.filled) + 1
        if self.ended and end < self.filled:
            space.text[self.filled] = ord("\n")
            end = self.filled + 1
        if not end:
            if self.filled > self.limits.line_bytes:
                raise _Refused
            return 0
        args[at.BEGIN], args[at.END], args[at.FINAL] = 0, end, self.ended
        if kernel()(at.SCORE, space.address) != at.FINE:
            raise _Refused
        used = int(args[at.CONSUMED])
        if args[at.HIGH_BYTES]:
            str(memoryview(space.text)[:end], "utf-8")  # UnicodeDecodeError is a ValueError
        self.lines += int(args[at.N_LINES])
        seen = int(args[at.N_SEEN])
        self.queries.update(space.queries_seen[:seen].tolist())
        self.n_queries += seen
        if len(self.queries) != self.n_queries:
            raise _Refused  # a topic comes back after another one (or two ids share a hash)
        return used

    def _grow(self) -> None:
        """Double the block, since one query does not fit into it; what was read and found is kept."""
        old = self.workspace
        if old.capacity >= LARGEST_BLOCK:
            raise _Refused
        self.workspace = Workspace(2 * old.capacity, old.judgments)
        self.workspace.text[: self.filled] = old.text[: self.filled]
        found = int(old.args[at.N_HITS])
        for position, array in self.workspace.hits.items():
            array[:found] = old.hits[position][:found]
        self._prepare()
        self.workspace.args[at.N_HITS] = found

    def hits(self) -> Hits:
        """What was found, in the order of the judgments' queries."""
        found = int(self.workspace.args[at.N_HITS])
        judgment, ranks, tie_starts, tie_sizes = (
            array[:found].astype(np.int64) for array in self.workspace.hits.values()
        )
        query = self.judgments.query_of[judgment]
        if found and (query[1:] < query[:-1]).any():
            order = np.argsort(query, kind="stable")
            judgment, ranks = judgment[order], ranks[order]
            tie_starts, tie_sizes = tie_starts[order], tie_sizes[order]
        return Hits(
            judgments=self.judgments,
            returned=self.returned,
            starts=_starts(query, len(self.judgments)),
            ranks=ranks,
            grades=self.judgments.qrels.grades[judgment],
            tie_starts=tie_starts,
            tie_sizes=tie_sizes,
            tied_pairs=self.tied_pairs,
            score_precision=self.score_precision,
        )


def _starts(query: Ints, queries: int) -> Ints:
    starts = np.zeros(queries + 1, dtype=np.int64)
    np.cumsum(np.bincount(query, minlength=queries), out=starts[1:])
    return starts


def _workspace(capacity: int, judgments: int) -> Workspace:
    """This thread's workspace, made larger where it is too small."""
    space: Workspace | None = getattr(_workspaces, "current", None)
    if space is None or space.judgments < judgments:
        space = _workspaces.current = Workspace(capacity, max(judgments, 1024))
    return space
