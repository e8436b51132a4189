"""Vectors mapped from files, and their search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.columns import StringColumn
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.dense.vector_file import VectorFile
from harness.retrievers.engines.dense import DenseEngine, DenseSearch
from harness.retrievers.neural.collection import Collection, Encoder
from harness.retrievers.neural.queries import EncodedQueries, encode_queries
from harness.retrievers.rows import Float32s, in_order, to_run
from harness.retrievers.saved_arrays import Saved, parts, save_arrays


@dataclass(slots=True, kw_only=True, eq=False)
class DenseIndex:
    """An index; :class:`harness.retrievers.base.Index` describes ``facts`` and ``search``.

    Attributes:
        engine: the vectors of n documents, and what searches them.
        encoder: for the queries.
        told: facts of the collection.
        last: the queries searched last, for the facts.
    """

    engine: DenseSearch
    encoder: Encoder
    told: Mapping[str, int | float]
    last: EncodedQueries | None = None

    @property
    def ids(self) -> StringColumn:
        """n document ids, ascending in bytes."""
        return self.engine.ids

    @property
    def vectors(self) -> Float32s:
        """float32[n, d], whatever searches them."""
        return self.engine.vectors

    @property
    def facts(self) -> Mapping[str, int | float]:
        """Documents, dimensions, bytes; seconds for encoding the documents and the last queries."""
        known = {
            **self.told,
            "dimensions": self.engine.vectors.shape[1],
            "index_bytes": self.engine.size,
        }
        return known | (self.last.facts if self.last else {})

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """Rank documents for every query that has text.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id.
        """
        asked, vectors = self._encoded(queries, depth)
        if not asked or not len(self.engine.vectors):
            return to_run(self.engine.ids, [], [], tag)
        return self.engine.search(asked, vectors, depth, tag=tag)

    def accuracy(self, queries: Sequence[Query], depth: int) -> Mapping[str, float]:
        """The engine's rankings against the exact ones; empty for the exact engine."""
        asked, vectors = self._encoded(queries, depth)
        return self.engine.accuracy(asked, vectors, depth) if asked else {}

    def save(self, folder: Path) -> None:
        """Write ids, vectors, the engine's files and the encoder's identity.

        Raises:
            OSError: the folder cannot be written.
        """
        values = {"encoder": self.encoder.identity, "told": dict(self.told)}
        save_arrays(folder, {**parts("ids", self.engine.ids), "vectors": self.engine.vectors}, values)
        self.engine.save(folder)

    def _encoded(self, queries: Sequence[Query], depth: int) -> tuple[list[Query], Float32s]:
        self.last = encoded = encode_queries(in_order(queries, depth), self.encoder)
        if not encoded.asked:
            return [], np.empty((0, 0), dtype=np.float32)
        return list(encoded.asked), encoded.part["vectors"][encoded.places]


def build(collection: Collection, vectors: VectorFile, encoder: Encoder, engine: DenseEngine) -> DenseIndex:
    """The index of an encoded collection, whose vectors lie in a file in the order of its parts."""
    return DenseIndex(
        engine=DenseSearch.of(collection.ids, vectors.taken(collection.places), engine),
        encoder=encoder,
        told=collection.facts,
    )


def load(saved: Saved, encoder: Encoder, engine: DenseEngine, folder: Path) -> DenseIndex:
    """The index that was saved.

    Raises:
        OSError, ValueError, KeyError, RuntimeError: the files are damaged.
    """
    search = DenseSearch.of(saved.column("ids"), saved.arrays["vectors"], engine, folder)
    return DenseIndex(engine=search, encoder=encoder, told=saved.values["told"])
