"""Selection of the best documents by one integer a candidate, compiled by numba when first called."""

from __future__ import annotations

import numpy as np
from numba import njit

_LEAST = np.finfo(np.float32).min
NO_FLOOR = np.iinfo(np.int64).min
"""Below every key."""


@njit(cache=True, nogil=True)
def key_of(score, rank):  # type: ignore[no-untyped-def]
    """One integer that sorts like (score, rank): the bits of a float32 made monotone, then the rank."""
    bits = np.int64(np.float32(score).view(np.int32))
    if bits < 0:
        bits = -(bits & 0x7FFFFFFF)
    return (bits << 32) | np.int64(rank)


@njit(cache=True, nogil=True)
def score_of(key):  # type: ignore[no-untyped-def]
    """The score inside a key."""
    bits = key >> 32
    if bits < 0:
        return -np.int32(-bits).view(np.float32)
    return np.int32(bits).view(np.float32)


@njit(cache=True, nogil=True)
def keep_largest(keys, n, k):  # type: ignore[no-untyped-def]
    """Move the k largest of ``keys[:n]`` to the front (Hoare's selection)."""
    low, high = 0, n - 1
    while low < high:
        a, b, c = keys[low], keys[(low + high) >> 1], keys[high]
        pivot = max(min(a, b), min(max(a, b), c))
        i, j = low, high
        while i <= j:
            while keys[i] > pivot:
                i += 1
            while keys[j] < pivot:
                j -= 1
            if i <= j:
                keys[i], keys[j] = keys[j], keys[i]
                i += 1
                j -= 1
        if k - 1 <= j:
            high = j
        elif k - 1 >= i:
            low = i
        else:
            return


@njit(cache=True, nogil=True)
def offer(scores, first, keys, counts, floors, k):  # type: ignore[no-untyped-def]
    """Offer a block of documents to the best so far of several queries.

    Candidates above the floor fill a query's keys; when they are full the k best stay and the floor rises,
    so that most documents cost one comparison.

    Args:
        scores: float32[q, m]; NaN and -inf are never kept.
        first: the number of the block's first document.
        keys: int64[q, s] with s > k, filled anew or by earlier calls.
        counts: int64[q], the keys in use; 0 at the start.
        floors: int64[q], keys that a candidate has to beat; :data:`NO_FLOOR` at the start.
        k: how many to keep.
    """
    size = keys.shape[1]
    for query in range(scores.shape[0]):
        row, best, n = scores[query], keys[query], counts[query]
        floor, least = floors[query], _LEAST
        if floor != NO_FLOOR:
            least = score_of(floor)
        for i in range(len(row)):
            if not row[i] >= least:  # NaN compares false
                continue
            key = key_of(row[i], first + i)
            if key > floor:
                best[n] = key
                n += 1
                if n == size:
                    keep_largest(best, n, k)
                    n = k
                    floor = best[:k].min()
                    least = score_of(floor)
        counts[query], floors[query] = n, floor


@njit(cache=True, nogil=True)
def unpack(keys, counts, found, found_scores):  # type: ignore[no-untyped-def]
    """Write each query's best documents and scores in rank order; ``counts`` becomes what was written."""
    for query in range(len(counts)):
        n, k = counts[query], found.shape[1]
        if n > k:
            keep_largest(keys[query], n, k)
            n = k
        keys[query, :n].sort()
        for i in range(n):
            found[query, i] = keys[query, n - 1 - i] & 0xFFFFFFFF
            found_scores[query, i] = score_of(keys[query, n - 1 - i])
        counts[query] = n
