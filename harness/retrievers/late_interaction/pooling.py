"""Token pooling: fewer vectors for a document."""

from __future__ import annotations

import numpy as np

from harness.retrievers.rows import Float32s


def clustered(vectors: Float32s, factor: int) -> Float32s:
    """One vector of length 1 for every ``factor`` vectors: the means of their clusters.

    Ward's hierarchical clustering into ceil(t / factor) clusters; B. Clavié, A. Chaffin, G. Adams, "Reducing
    the Footprint of Multi-Vector Retrieval with Minimal Performance Impact via Token Pooling",
    arXiv:2409.14683.

    Args:
        vectors: float32[t, d], each of length 1.
        factor: 1 leaves them.
    """
    count = -(-len(vectors) // factor)
    if count in (0, len(vectors)):
        return vectors
    from scipy.cluster.hierarchy import fcluster, linkage

    places = fcluster(linkage(vectors, method="ward"), t=count, criterion="maxclust") - 1
    sums = np.zeros((int(places.max()) + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, places, vectors)
    unit: Float32s = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    return unit
