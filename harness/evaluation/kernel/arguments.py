"""What the kernel works on: the judgments it looks up, and the memory it reuses from file to file."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.columns import Bytes, Ints, StringColumn
from harness.evaluation.judgments import Judgments
from harness.evaluation.kernel import layout as at
from harness.evaluation.kernel.native import kernel
from harness.evaluation.kernel.powers import powers_of_five, powers_of_ten

SHORTEST_LINE = len(b"1 0 d 1 1 t\n")
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JudgmentIndex:
    """Judgments with their ids hashed: ``args`` holds what goes into the kernel's arguments, by position."""

    args: dict[int, int]
    arrays: tuple[Array, ...]  # kept alive for the addresses in args

    @classmethod
    def of(cls, judgments: Judgments) -> JudgmentIndex:
        """Hash all judged documents and queries; made once and kept with the judgments."""
        return judgments.cached("kernel index", lambda: cls._build(judgments))

    @classmethod
    def _build(cls, judgments: Judgments) -> JudgmentIndex:
        qrels = judgments.qrels
        slots = 1 << max(6, (4 * len(judgments)).bit_length())
        arrays: dict[int, Array] = {
            at.QUERY_TABLE: np.zeros(slots, dtype=np.int32),
            at.QUERY_STARTS: np.ascontiguousarray(qrels.starts, dtype=np.int64),
            at.DOCUMENT_HASH: np.empty(len(qrels), dtype=np.uint64),
        }
        arrays[at.QUERY_DATA], arrays[at.QUERY_OFFSETS] = _padded(qrels.queries)
        arrays[at.DOCUMENT_DATA], arrays[at.DOCUMENT_OFFSETS] = _padded(qrels.documents)
        args = {position: array.ctypes.data for position, array in arrays.items()}
        args |= {at.QUERY_MASK: slots - 1, at.N_QUERIES: len(judgments), at.N_DOCUMENTS: len(qrels)}
        values = np.zeros(at.SIZE, dtype=np.int64)
        values[list(args)] = list(args.values())
        kernel()(at.INDEX, values.ctypes.data)
        return cls(args=args, arrays=tuple(arrays.values()))


def _padded(column: StringColumn) -> tuple[Bytes, Ints]:
    """Bytes with some to spare behind them, since ids are compared eight bytes at a time; and offsets."""
    packed = column.compact()
    return (
        np.concatenate((packed.data, np.zeros(8, dtype=np.uint8))),
        np.ascontiguousarray(packed.offsets, dtype=np.int64),
    )


class Workspace:
    """Memory that is allocated once and used for one file after another; not for two threads at a time.

    Untouched pages of these arrays cost nothing, touched ones stay warm.

    Args:
        capacity: bytes of text in a block.
        judgments: the highest number of judgments of a set that will be used.
    """

    def __init__(self, capacity: int, judgments: int) -> None:
        self.capacity, self.judgments = capacity, judgments
        self.text = bytearray(capacity + at.SLACK)
        rows = capacity // SHORTEST_LINE + 2
        slots = 1 << (4 * rows).bit_length()
        self.hits = {
            position: np.empty(judgments, dtype=np.int32)
            for position in (at.HIT_JUDGMENT, at.HIT_RANK, at.HIT_TIE_START, at.HIT_TIE_SIZE)
        }
        self.queries_seen = np.empty(rows, dtype=np.uint64)
        self.arrays: dict[int, Array] = {
            at.ENDS: np.empty(64, dtype=np.int32),
            at.ROW_HASH: np.empty(rows, dtype=np.uint64),
            at.ROW_START: np.empty(rows, dtype=np.int32),
            at.ROW_LENGTH: np.empty(rows, dtype=np.int32),
            at.ROW_MANTISSA: np.empty(rows, dtype=np.int64),
            at.ROW_PLACES: np.empty(rows, dtype=np.int32),
            at.ROW_SCORE: np.empty(rows, dtype=np.float64),
            at.ROW_BLOCK: np.empty(rows, dtype=np.int32),
            at.ROW_NEXT: np.empty(rows, dtype=np.int32),
            at.SUSPECTS: np.empty(rows + 1, dtype=np.int32),
            at.ORDER: np.empty(rows, dtype=np.int32),
            at.SPARE: np.empty(rows, dtype=np.uint64),
            at.HEAD: np.full(rows, -1, dtype=np.int32),
            at.TABLE: np.empty(slots, dtype=np.int32),
            at.FOUND: np.empty(judgments, dtype=np.int32),
            at.CHAIN: np.empty(judgments, dtype=np.int32),
            at.MEMBERS: np.empty(judgments, dtype=np.int32),
            at.ABOVE: np.empty(judgments + 1, dtype=np.int32),
            at.POWERS_OF_TEN: powers_of_ten(),
            at.POWERS_OF_FIVE: powers_of_five(),
            at.QUERIES_SEEN: self.queries_seen,
            **self.hits,
        }
        self.args = np.zeros(at.SIZE, dtype=np.int64)
        for position, array in self.arrays.items():
            self.args[position] = array.ctypes.data
        self.args[at.DATA] = ctypes.addressof(ctypes.c_char.from_buffer(self.text))
        self.args[at.TABLE_SLOTS] = slots
        self.address = self.args.ctypes.data
