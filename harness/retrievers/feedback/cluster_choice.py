"""Which clusters of a dense index the first documents of a sparse run point to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from harness.columns import Ints
from harness.retrievers.rows import Float32s

BINS: Final = (10, 25, 50, 100, 200, 500, 1000)
"""Ends of the bins of ranks in which overlap is counted, the first bin first."""
K: Final = 60
"""Of the reciprocal ranks that join the two orders, as in Cormack et al. 2009."""


def by_overlap(found: Sequence[int], n_clusters: int) -> Ints:
    """Clusters by how many of the first documents are theirs; ranks 1 to 10 decide, then the next bin.

    Args:
        found: the cluster of each document of the sparse ranking, in its order.
        n_clusters: how many there are.

    Returns:
        The clusters that have a document, the best first; of equals, the lower number.
    """
    ranks = np.arange(len(found))
    counts = np.zeros((n_clusters, len(BINS) + 1), dtype=np.int64)
    np.add.at(counts, (np.asarray(found, dtype=np.int64), np.searchsorted(BINS, ranks, side="right")), 1)
    order = np.lexsort([np.arange(n_clusters), *(-counts[:, bin_] for bin_ in range(len(BINS), -1, -1))])
    return order[counts[order].any(axis=1)]


def chosen_clusters(candidates: Ints, query: Float32s, centroids: Float32s, visits: int) -> Ints:
    """The candidates that stand highest in two orders: by overlap, and by product of query and centroid.

    A cluster scores 1 / (60 + rank) in each, and the sum of both; of equals, that of the greater overlap.

    Args:
        candidates: clusters in the order of their overlap.
        query: float32[d].
        centroids: float32[k, d], of all clusters.
        visits: how many are chosen, at most.
    """
    near = np.empty(len(candidates), dtype=np.int64)
    near[np.argsort(-(centroids[candidates] @ query), kind="stable")] = np.arange(len(candidates))
    score = 1.0 / (K + 1 + np.arange(len(candidates))) + 1.0 / (K + 1 + near)
    return candidates[np.argsort(-score, kind="stable")[:visits]]
