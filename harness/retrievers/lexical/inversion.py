"""The loop that builds the inverted file, compiled by numba when first called."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def invert(tokens: Any, bounds: Any, order: Any, n_terms: int) -> Any:
    """Turn the term numbers of each document into the documents of each term.

    Args:
        tokens: int32[tokens], term numbers; negative ones are left out.
        bounds: int64[n + 1]; the i-th text has the tokens ``bounds[i]`` to ``bounds[i + 1]``.
        order: int64[n]; the text that becomes document 0, 1, and so on.
        n_terms: the number of distinct terms, t.

    Returns:
        ``starts`` int64[t + 1], ``documents`` int32[p], ``frequencies`` int32[p], ``lengths`` int32[n].
    """
    n = len(bounds) - 1
    lengths = np.zeros(n, np.int32)
    starts = np.zeros(n_terms + 1, np.int64)
    last = np.full(n_terms, -1, np.int32)
    for document in range(n):
        for i in range(bounds[order[document]], bounds[order[document] + 1]):
            term = tokens[i]
            if term >= 0:
                lengths[document] += 1
                if last[term] != document:
                    last[term] = document
                    starts[term + 1] += 1
    for term in range(n_terms):
        starts[term + 1] += starts[term]
    documents = np.empty(starts[n_terms], np.int32)
    frequencies = np.empty(starts[n_terms], np.int32)
    free = starts[:-1].copy()
    last[:] = -1
    for document in range(n):
        for i in range(bounds[order[document]], bounds[order[document] + 1]):
            term = tokens[i]
            if term >= 0:
                if last[term] != document:
                    last[term] = document
                    documents[free[term]] = document
                    frequencies[free[term]] = 0
                    free[term] += 1
                frequencies[free[term] - 1] += 1
    return starts, documents, frequencies, lengths
