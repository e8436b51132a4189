"""Exact MaxSim of sparse token vectors, compiled by numba when first called."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def sparse_maxsim(
    starts: Any, owners: Any, values: Any, n_tokens: int,
    documents: Any, bounds: Any, token_bounds: Any, terms: Any, weights: Any,
) -> Any:  # fmt: skip
    """The sum over a query's tokens of the greatest dot product with a token of the document.

    Args:
        starts: int64[v + 1]; term i is an entry of the query tokens ``owners[starts[i]:starts[i + 1]]``,
            int32, with the weights ``values``, float32, in the same places.
        owners, values: see ``starts``.
        n_tokens: of the query.
        documents: int64[c], the documents to score.
        bounds: int64[n + 1], the tokens of each document.
        token_bounds: int64[t + 1], the entries of each token.
        terms: int32[e].
        weights: float32[e], above 0.

    Returns:
        float64[c].
    """
    scores = np.zeros(len(documents))
    best = np.empty(n_tokens)
    products = np.empty(n_tokens)
    for place in range(len(documents)):
        best[:] = 0.0  # weights are above 0, so that no product is below
        for token in range(bounds[documents[place]], bounds[documents[place] + 1]):
            products[:] = 0.0
            for entry in range(token_bounds[token], token_bounds[token + 1]):
                term, weight = terms[entry], weights[entry]
                for i in range(starts[term], starts[term + 1]):
                    products[owners[i]] += weight * values[i]
            for i in range(n_tokens):
                best[i] = max(best[i], products[i])
        scores[place] = best.sum()
    return scores
