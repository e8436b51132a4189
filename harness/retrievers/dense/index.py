"""Vectors in memory and their exact search: products in blocks, the best kept as they come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from harness.columns import StringColumn
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.neural.collection import Collection, Encoder
from harness.retrievers.neural.queries import EncodedQueries, encode_queries
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.rows import Float32s, Found, in_order, to_run
from harness.retrievers.selection import offer, unpack

QUERIES_AT_ONCE: Final = 256
DOCUMENTS_AT_ONCE: Final = 16384


@dataclass(slots=True, kw_only=True, eq=False)
class DenseIndex:
    """An index in memory; :class:`harness.retrievers.base.Index` describes ``facts`` and ``search``.

    Attributes:
        ids: n document ids, ascending in bytes.
        vectors: float32[n, d].
        encoder: for the queries.
        told: facts of the collection.
        last: the queries searched last, for the facts.
    """

    ids: StringColumn
    vectors: Float32s
    encoder: Encoder
    told: Mapping[str, int | float]
    last: EncodedQueries | None = None

    @property
    def facts(self) -> Mapping[str, int | float]:
        """Documents, dimensions, bytes; seconds for encoding the documents and the last queries."""
        size = self.vectors.nbytes + self.ids.data.nbytes + self.ids.offsets.nbytes
        known = {**self.told, "dimensions": self.vectors.shape[1], "index_bytes": size}
        return known | (self.last.facts if self.last else {})

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """Rank all documents for every query that has text.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id.
        """
        ordered = in_order(queries, depth)
        self.last = encoded = encode_queries(ordered, self.encoder)
        if not encoded.asked:
            return to_run(self.ids, [], [], tag)
        vectors = encoded.part["vectors"][encoded.places]
        return to_run(self.ids, encoded.asked, nearest(vectors, self.vectors, depth), tag)


def build(collection: Collection, encoder: Encoder) -> DenseIndex:
    """The index of an encoded collection."""
    parts = [part["vectors"] for part in collection.parts] or [np.empty((0, 0), dtype=np.float32)]
    vectors = np.concatenate(parts)[collection.places]
    return DenseIndex(ids=collection.ids, vectors=vectors, encoder=encoder, told=collection.facts)


def nearest(queries: Float32s, documents: Float32s, depth: int) -> list[Found]:
    """The documents with the greatest dot products, exactly, ties by greater number first.

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
        counts = np.zeros(len(some), dtype=np.int64)
        with limited_threads():
            for first in range(0, n, DOCUMENTS_AT_ONCE):
                scores = some @ documents[first : first + DOCUMENTS_AT_ONCE].T
                offer(scores, first, keys, counts, kept)
        numbers = np.empty((len(some), kept), dtype=np.int32)
        values = np.empty(numbers.shape, dtype=np.float32)
        unpack(keys, counts, numbers, values)
        found.append(Found.of(numbers, values, counts))
    return found
