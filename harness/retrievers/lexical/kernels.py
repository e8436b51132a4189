"""The loops of the inverted index, compiled by numba when first called.

Nothing is allocated inside a search: scores, touched documents and candidates live in arrays of the caller.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from harness.retrievers.selection import keep_largest, key_of, score_of

_ONE = np.float32(1)
_TIE_LIMIT = np.float32(1e-4)
_TIE_STEP = np.float32(1e-6)
UNTOUCHED = -1.0
"""Score of a document that no posting has reached; contributions are never negative."""


@njit(cache=True, nogil=True, error_model="numpy")
def _accumulate(start, stop, weight, saturating, documents, values, scores, touched, n_touched):  # type: ignore[no-untyped-def]
    """Add one term's contributions; float32 each, summed in float64, as Lucene does."""
    for i in range(start, stop):
        gain = weight - weight / (_ONE + values[i]) if saturating else weight * values[i]
        document = np.uint64(documents[i])  # unsigned, so that numba does not look for negative indices
        score = scores[document]
        if score == UNTOUCHED:
            touched[n_touched] = document
            n_touched += 1
            score = 0.0
        scores[document] = score + gain
    return n_touched


@njit(cache=True, nogil=True)
def _select(touched, n_touched, scores, prior, total, reverse, keys, k):  # type: ignore[no-untyped-def]
    """Collect the k best touched documents as ascending keys, and make their scores untouched again.

    Candidates above the floor fill ``keys``; when it is full the k best stay and the floor rises, so that
    most documents cost one comparison. ``reverse`` prefers the lower of two tied documents.
    """
    n, floor, least = 0, np.iinfo(np.int64).min, np.float32(-np.inf)
    for i in range(n_touched):
        document = np.uint64(touched[i])
        score = scores[document]
        scores[document] = UNTOUCHED
        if len(prior):
            score += total * prior[document]
        if np.float32(score) < least:
            continue
        key = key_of(score, len(scores) - 1 - touched[i] if reverse else touched[i])
        if key > floor:
            keys[n] = key
            n += 1
            if n == len(keys):
                keep_largest(keys, n, k)
                n = k
                floor = keys[:k].min()
                least = score_of(floor)
    if n > k:
        keep_largest(keys, n, k)
        n = k
    keys[:n].sort()
    return n


@njit(cache=True, nogil=True, error_model="numpy")
def _separate_ties(keys, n, n_documents):  # type: ignore[no-untyped-def]
    """Anserini's ScoreTiesAdjusterReranker (1.7.1), on keys that are ascending.

    From the best document on, scores are rounded to 1e-4 (half up, in float64); where a score is not more
    than 1e-4 below its predecessor, the i-th such in a row is lowered by i * 1e-6 (in float32). The keys
    are rewritten with the document's own number, so that what float32 still leaves tied (from scores of
    about 30 on) follows trec_eval's rule.
    """
    followers, previous, ordered = 0, np.float32(0), True
    for i in range(n - 1, -1, -1):
        score = np.float32(np.floor(np.float64(score_of(keys[i])) * 1e4 + 0.5) / 1e4)
        if i == n - 1 or previous - score > _TIE_LIMIT:
            followers = 0
        else:
            followers += 1
            score -= _TIE_STEP * np.float32(followers)
        keys[i] = key_of(score, n_documents - 1 - (keys[i] & 0xFFFFFFFF))
        if i < n - 1 and keys[i] > keys[i + 1]:
            ordered = False
        previous = score
    if not ordered:
        keys[:n].sort()


@njit(cache=True, nogil=True)
def search(  # type: ignore[no-untyped-def]
    bounds, terms, weights, starts, documents, values, saturating, prior, anserini, scores, touched, keys,
    found, found_scores, counts,
):  # fmt: skip
    """Rank documents for queries; see :class:`harness.retrievers.lexical.index.Weighting` for the model.

    Args:
        bounds: int64[q + 1]; query i has the clauses ``bounds[i]`` to ``bounds[i + 1]``.
        terms: int64[c], the term of each clause, no term twice in a query.
        weights: float32[c], its weight, above 0.
        starts, documents, values: int64[t + 1], int32[p], float32[p]; the postings and the model's values.
        saturating: whether a posting with value x gives w - w / (1 + x), or else w * x.
        prior: float32[n] or empty; added to a document's score times the sum of the query's weights.
        anserini: whether ties go by ascending id and are then separated.
        scores: float64[n], all ``UNTOUCHED``, as they are left again.
        touched: int32[n], scratch.
        keys: int64, longer than the depth, scratch.
        found, found_scores: int32[q, depth], float32[q, depth]: filled in rank order.
        counts: int64[q]: filled with the number of documents found.
    """
    for query in range(len(bounds) - 1):
        n_touched, total = 0, 0.0
        for clause in range(bounds[query], bounds[query + 1]):
            term = terms[clause]
            total += weights[clause]
            n_touched = _accumulate(
                starts[term], starts[term + 1], weights[clause], saturating, documents, values, scores,
                touched, n_touched,
            )  # fmt: skip
        n = _select(touched, n_touched, scores, prior, total, anserini, keys, found.shape[1])
        if anserini:
            _separate_ties(keys, n, len(scores))
        for i in range(n):
            found[query, i] = keys[n - 1 - i] & 0xFFFFFFFF
            found_scores[query, i] = score_of(keys[n - 1 - i])
        counts[query] = n
