"""Vectors in clusters: k-means, the same on every run."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from harness.columns import Ints
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.rows import Float32s

ROUNDS: Final = 20
"""Rounds of Lloyd's algorithm at most; it ends before when no vector changes its cluster."""
POINTS_PER_CENTROID: Final = 256
"""Vectors that are clustered for each centroid, as in faiss; of more, a random sample is."""
BLOCK: Final = 4096


class Clusters(NamedTuple):
    """n vectors in k clusters, none of them empty.

    Attributes:
        centroids: float32[k, d], the mean of each cluster's vectors.
        of: int64[n], the cluster of each vector.
    """

    centroids: Float32s
    of: Ints

    @property
    def sizes(self) -> Ints:
        """int64[k], vectors of each cluster."""
        return np.bincount(self.of, minlength=len(self.centroids))

    def members(self, chosen: Ints) -> Ints:
        """The vectors of some clusters, ascending."""
        return np.flatnonzero(np.isin(self.of, chosen))


def clustered(vectors: Float32s, count: int, *, seed: int) -> Clusters:
    """k-means (S. Lloyd 1982) by Euclidean distance from random vectors as first centroids.

    Clusters that end without a vector, as where vectors are equal, are dropped.

    Args:
        vectors: float32[n, d], n above 0.
        count: clusters, at most n.
        seed: of the first centroids, and of the sample where there are many vectors.
    """
    chance = np.random.default_rng(seed)
    rows = np.arange(len(vectors))
    if len(rows) > POINTS_PER_CENTROID * count:
        rows = np.sort(chance.choice(rows, POINTS_PER_CENTROID * count, replace=False))
    some = np.ascontiguousarray(vectors[rows])
    centroids = some[np.sort(chance.choice(len(some), min(count, len(some)), replace=False))]
    of = np.full(len(some), -1)
    with limited_threads():
        for _ in range(ROUNDS):
            before, of = of, nearest_centroids(some, centroids)
            if np.array_equal(before, of):
                break
            centroids = _means(some, of, centroids)
        of = nearest_centroids(vectors, centroids)
    kept, of = np.unique(of, return_inverse=True)
    return Clusters(_means(vectors, of, centroids[kept]), of)


def nearest_centroids(vectors: Float32s, centroids: Float32s) -> Ints:
    """int64[n]: the centroid nearest to each vector; of equals, the first."""
    half = np.einsum("kd,kd->k", centroids, centroids) / 2
    parts = [
        np.argmax(vectors[start : start + BLOCK] @ centroids.T - half, axis=1)
        for start in range(0, len(vectors), BLOCK)
    ]
    return np.concatenate(parts).astype(np.int64)


def _means(vectors: Float32s, of: Ints, before: Float32s) -> Float32s:
    """The mean of every cluster; one without vectors stays where it was."""
    order = np.argsort(of, kind="stable")
    filled, starts = np.unique(of[order], return_index=True)
    sizes = np.diff([*starts.tolist(), len(of)])
    means = before.copy()
    means[filled] = np.add.reduceat(vectors[order], starts, axis=0, dtype=np.float64) / sizes[:, None]
    return means
