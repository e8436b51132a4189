"""Exact MaxSim over a collection: blocks of documents against blocks of queries, the best are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from harness.columns import Ints
from harness.retrievers.late_interaction.maxsim import maxsim, token_blocks
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.rows import Float32s, Found
from harness.retrievers.selection import NO_FLOOR, offer, unpack

QUERY_TOKENS_AT_ONCE: Final = 512
DOCUMENT_TOKENS_AT_ONCE: Final = 4096


def best_documents(
    query_bounds: Ints, query_vectors: Float32s, bounds: Ints, vectors: Any, depth: int
) -> Iterator[Found]:
    """The documents with the greatest MaxSim for every query, ties by greater number first.

    Documents that are mapped from a file are read block by block, once for each block of queries.

    Args:
        query_bounds: int64[q + 1]; query i has the vectors ``query_bounds[i]`` to ``query_bounds[i + 1]``.
        query_vectors: float32[u, d].
        bounds: int64[n + 1], the same for documents.
        vectors: float16 or float32 [t, d].
        depth: how many for each query.
    """
    kept = min(depth, len(bounds) - 1)
    for first, last in token_blocks(query_bounds, QUERY_TOKENS_AT_ONCE):
        some = query_bounds[first : last + 1] - query_bounds[first]
        tokens = query_vectors[query_bounds[first] : query_bounds[last]]
        keys = np.empty((last - first, 2 * kept + 512), dtype=np.int64)
        counts, floors = np.zeros(last - first, dtype=np.int64), np.full(last - first, NO_FLOOR)
        if len(tokens):
            with limited_threads():
                for start, stop in token_blocks(bounds, DOCUMENT_TOKENS_AT_ONCE):
                    inner = bounds[start : stop + 1] - bounds[start]
                    block = vectors[bounds[start] : bounds[stop]].astype(np.float32, copy=False)
                    offer(maxsim(tokens, some, block, inner), start, keys, counts, floors, kept)
        numbers = np.empty((last - first, kept), dtype=np.int32)
        values = np.empty(numbers.shape, dtype=np.float32)
        unpack(keys, counts, numbers, values)
        yield Found.of(numbers, values, counts)
