"""Exact MaxSim over a collection: blocks of documents against blocks of queries, the best are kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from harness.columns import Ints
from harness.retrievers.late_interaction.maxsim import of_products, token_blocks
from harness.retrievers.neural.products import row_products
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.rows import Float32s, Found
from harness.retrievers.saved_arrays import release
from harness.retrievers.selection import NO_FLOOR, offer, unpack

QUERY_TOKENS_AT_ONCE: Final = 512
DOCUMENT_TOKENS_AT_ONCE: Final = 4096
BLOCKS_A_READING: Final = 16
"""Blocks of queries that each block of documents is multiplied with while it is there."""
KEYS_A_READING: Final = 2**22
"""Candidates that they may keep together, of 8 bytes each."""
RELEASED_FROM: Final = 128
"""Query tokens at a time from which multiplying takes so much longer than reading that blocks are given
back."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Queries:
    """A block of q queries with the best documents so far; the last three as in :func:`offer`."""

    bounds: Ints
    tokens: Float32s
    keys: Ints
    counts: Ints
    floors: Ints

    @classmethod
    def of(cls, bounds: Ints, vectors: Float32s, kept: int) -> _Queries:
        q = len(bounds) - 1
        return cls(
            bounds=bounds - bounds[0],
            tokens=vectors[bounds[0] : bounds[-1]],
            keys=np.empty((q, 2 * kept + 512), dtype=np.int64),
            counts=np.zeros(q, dtype=np.int64),
            floors=np.full(q, NO_FLOOR),
        )

    def offered(self, first: int, block: Float32s, bounds: Ints, kept: int) -> None:
        scores = of_products(row_products(block, self.tokens), self.bounds, bounds)
        offer(scores, first, self.keys, self.counts, self.floors, kept)

    def found(self, kept: int) -> Found:
        numbers = np.empty((len(self.counts), kept), dtype=np.int32)
        values = np.empty(numbers.shape, dtype=np.float32)
        unpack(self.keys, self.counts, numbers, values)
        return Found.of(numbers, values, self.counts)


def best_documents(
    query_bounds: Ints, query_vectors: Float32s, bounds: Ints, vectors: Any, depth: int
) -> Iterator[Found]:
    """The documents with the greatest MaxSim for every query, ties by greater number first.

    Documents that are mapped from a file are read block by block, once for some hundred queries, and given
    back where query tokens are many, so that an index may be greater than the memory.

    Args:
        query_bounds: int64[q + 1]; query i has the vectors ``query_bounds[i]`` to ``query_bounds[i + 1]``.
        query_vectors: float32[u, d].
        bounds: int64[n + 1], the same for documents.
        vectors: float16 or float32 [t, d].
        depth: how many for each query.
    """
    kept = min(depth, len(bounds) - 1)
    room = np.zeros((min(DOCUMENT_TOKENS_AT_ONCE, int(bounds[-1])), vectors.shape[1]), dtype=np.float32)
    for spans in _readings(query_bounds, kept):
        asked = [_Queries.of(query_bounds[a : b + 1], query_vectors, kept) for a, b in spans]
        filled = [each for each in asked if len(each.tokens)]
        many = sum(len(each.tokens) for each in filled) >= RELEASED_FROM
        with limited_threads():
            for start, stop in token_blocks(bounds, DOCUMENT_TOKENS_AT_ONCE) if filled else ():
                inner = bounds[start : stop + 1] - bounds[start]
                block = _in_single(vectors[bounds[start] : bounds[stop]], room)
                for each in filled:
                    each.offered(start, block, inner, kept)
                if many:
                    release(vectors)
        yield from (each.found(kept) for each in asked)


def _in_single(block: Any, room: Float32s) -> Float32s:
    """The vectors in single precision, in ``room`` where they fit, with what was there after them.

    Products of one shape need one plan and one piece of memory; of every other shape oneDNN keeps both.
    """
    if len(block) > len(room):
        return np.array(block, dtype=np.float32)
    room[: len(block)] = block
    return room


def _readings(query_bounds: Ints, kept: int) -> Iterator[list[tuple[int, int]]]:
    """Blocks of queries, those together that the documents are read once for."""
    together: list[tuple[int, int]] = []
    for first, last in token_blocks(query_bounds, QUERY_TOKENS_AT_ONCE):
        keys = (last - (together[0][0] if together else first)) * (2 * kept + 512)
        if together and (len(together) == BLOCKS_A_READING or keys > KEYS_A_READING):
            yield together
            together = []
        together.append((first, last))
    if together:
        yield together
