"""MaxSim of blocks: one matrix product over flattened tokens, then the greatest of every segment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import njit

from harness.columns import Ints
from harness.retrievers.rows import Float32s


def maxsim(query_tokens: Float32s, query_bounds: Ints, tokens: Float32s, bounds: Ints) -> Float32s:
    """The sum over query tokens of the greatest dot product with a token of the document, float32[q, n].

    Args:
        query_tokens: float32[u, d].
        query_bounds: int64[q + 1], from 0; query i has the tokens ``query_bounds[i]`` to
            ``query_bounds[i + 1]``.
        tokens: float32[t, d].
        bounds: int64[n + 1], from 0, the same for documents; a document without tokens scores -inf, and so
            does every document for a query without tokens.
    """
    return of_products(tokens @ query_tokens.T, query_bounds, bounds)


def of_products(similarities: Float32s, query_bounds: Ints, bounds: Ints) -> Float32s:
    """:func:`maxsim` of dot products float32[t or more, u]; rows after the last document's are not read."""
    scores = np.empty((len(query_bounds) - 1, len(bounds) - 1), dtype=np.float32)
    _segments(similarities, query_bounds, bounds, scores)
    return scores


def token_blocks(bounds: Ints, most: int) -> Iterator[tuple[int, int]]:
    """Cut rows of a ragged table into consecutive blocks of at most ``most`` elements, or of one row."""
    first, n = 0, len(bounds) - 1
    while first < n:
        last = int(np.searchsorted(bounds, bounds[first] + most, side="right")) - 1
        last = min(max(last, first + 1), n)
        yield first, last
        first = last


@njit(cache=True, nogil=True)
def _segments(similarities: Any, query_bounds: Any, bounds: Any, scores: Any) -> None:
    """Fill float32[q, n] from similarities float32[t, u]; sums are in double precision."""
    best = np.empty(similarities.shape[1], np.float32)
    for document in range(len(bounds) - 1):
        start, stop = bounds[document], bounds[document + 1]
        best[:] = -np.inf
        for token in range(start, stop):
            row = similarities[token]
            for i in range(len(best)):
                best[i] = max(best[i], row[i])
        for query in range(len(query_bounds) - 1):
            first, last = query_bounds[query], query_bounds[query + 1]
            total = 0.0 if last > first else -np.inf
            for i in range(first, last):
                total += best[i]
            scores[query, document] = total
