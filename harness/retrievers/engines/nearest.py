"""Exact search of vectors: products in blocks, the best kept as they come."""

from __future__ import annotations

from typing import Final

import numpy as np

from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.rows import Float32s, Found
from harness.retrievers.saved_arrays import release
from harness.retrievers.selection import NO_FLOOR, offer, unpack

QUERIES_AT_ONCE: Final = 512
DOCUMENTS_AT_ONCE: Final = 4096
RELEASED_FROM: Final = 64
"""Queries at a time from which multiplying takes so much longer than reading that blocks are given back."""


def nearest(queries: Float32s, documents: Float32s, depth: int) -> list[Found]:
    """The documents with the greatest dot products, exactly, ties by greater number first.

    Documents that are mapped from a file are read block by block, once for each block of queries, and given
    back where queries are many, so that an index may be greater than the memory.

    Args:
        queries: float32[q, d].
        documents: float32[n, d].
        depth: how many for each query.
    """
    n, kept = len(documents), min(depth, len(documents))
    found = []
    for start in range(0, len(queries), QUERIES_AT_ONCE):
        some = queries[start : start + QUERIES_AT_ONCE]
        keys = np.empty((len(some), 2 * kept + 512), dtype=np.int64)
        counts, floors = np.zeros(len(some), dtype=np.int64), np.full(len(some), NO_FLOOR)
        room = np.empty((len(some), min(n, DOCUMENTS_AT_ONCE)), dtype=np.float32)
        with limited_threads():
            for first in range(0, n, DOCUMENTS_AT_ONCE):
                block = documents[first : first + DOCUMENTS_AT_ONCE]
                scores = np.matmul(some, block.T, out=room[:, : len(block)])
                offer(scores, first, keys, counts, floors, kept)
                if len(some) >= RELEASED_FROM:
                    release(documents)
        numbers = np.empty((len(some), kept), dtype=np.int32)
        values = np.empty(numbers.shape, dtype=np.float32)
        unpack(keys, counts, numbers, values)
        found.append(Found.of(numbers, values, counts))
    return found
