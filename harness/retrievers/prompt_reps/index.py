"""Both representations of a collection, and their search apart or together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from harness.rankings import Run, cut
from harness.records import Document, Query
from harness.retrievers.base import Progress
from harness.retrievers.dense.vector_file import VectorFile
from harness.retrievers.engines.dense import EXACT, DenseSearch
from harness.retrievers.engines.ranked import Clauses
from harness.retrievers.engines.sparse import SparseSearch
from harness.retrievers.fusion.weighted_sum import weighted
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.collection import Encoder, encode_collection
from harness.retrievers.neural.queries import EncodedQueries, encode_queries
from harness.retrievers.rows import in_order, to_run
from harness.retrievers.saved_arrays import Saved, parts, save_arrays
from harness.retrievers.sparse.encoder import pruned
from harness.retrievers.sparse.weight_file import WeightFile
from harness.retrievers.sparse.weight_index import query_facts

Representation = Literal["dense", "sparse", "hybrid"]
CANDIDATES: Final = 1000
"""Documents of each list that a hybrid ranking is made of, whatever its depth."""


@dataclass(slots=True, kw_only=True, eq=False)
class PromptRepsIndex:
    """An index; :class:`harness.retrievers.base.Index` describes ``facts`` and ``search``.

    Attributes:
        dense: the vectors.
        sparse: the weighted terms.
        representation: which of them are searched.
        alpha: weight of the dense list in a hybrid.
        scale: queries' weights become rint(scale * w), as documents' did.
        encoder: for the queries.
        told: facts of the collection.
        asked: facts of the last queries.
    """

    dense: DenseSearch
    sparse: SparseSearch
    representation: Representation
    alpha: float
    scale: float
    encoder: Encoder
    told: Mapping[str, int | float]
    asked: Mapping[str, int | float] | None = None

    @property
    def facts(self) -> Mapping[str, int | float]:
        """Documents, dimensions, postings, bytes of what is searched, and facts of the last queries."""
        known: dict[str, int | float] = dict(self.told)
        size = 0
        if self.representation != "sparse":
            known["dimensions"] = self.dense.vectors.shape[1]
            size += self.dense.size
        if self.representation != "dense":
            known |= self.sparse.facts
            size += int(self.sparse.facts["index_bytes"])
        return known | {"index_bytes": size} | dict(self.asked or {})

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """Rank documents for every query that has text.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id.
        """
        encoded = encode_queries(in_order(queries, depth), self.encoder)
        self.asked = encoded.facts
        if not encoded.asked or not len(self.dense.vectors):
            return to_run(self.dense.ids, [], [], tag)
        if self.representation == "dense":
            return self._dense(encoded, depth, tag)
        if self.representation == "sparse":
            return self._sparse(encoded, depth, tag)
        most = max(depth, CANDIDATES)
        runs = [self._dense(encoded, most, tag), self._sparse(encoded, most, tag)]
        both = weighted(runs, (self.alpha, 1 - self.alpha), "min-max", "zero", most, tag)
        return cut(both, depth)

    def save(self, folder: Path) -> None:
        """Write both representations and the encoder's identity.

        Raises:
            OSError: the folder cannot be written.
        """
        own = {name: array for name, array in self.sparse.inverted.arrays().items() if "ids" not in name}
        arrays = {**parts("ids", self.dense.ids), "vectors": self.dense.vectors, **own}
        save_arrays(folder, arrays, {"encoder": self.encoder.identity, "told": dict(self.told)})

    def _dense(self, encoded: EncodedQueries, depth: int, tag: str) -> Run:
        vectors = encoded.part["vectors"][encoded.places]
        return self.dense.search(list(encoded.asked), vectors, depth, tag=tag)

    def _sparse(self, encoded: EncodedQueries, depth: int, tag: str) -> Run:
        part = encoded.part
        lean = pruned(part["bounds"], part["terms"], part["weights"], None, self.scale)
        bounds, terms = lean["bounds"], lean["terms"].astype(np.int64)
        clauses: dict[str, Clauses] = {}
        for query, row in zip(encoded.asked, encoded.places.tolist(), strict=True):
            span = slice(bounds[row], bounds[row + 1])
            clauses[query.id] = terms[span], lean["weights"][span]
        used = [terms for terms, _ in clauses.values()]
        self.asked = {**encoded.facts, **query_facts(self.sparse.inverted, used)}
        return self.sparse.search(encoded.asked, lambda query: clauses[query.id], depth, tag=tag)


def build(
    documents: Iterable[Document],
    fields: Sequence[str],
    encoder: Encoder,
    progress: Progress | None,
    *,
    n_terms: int,
    representation: Representation,
    alpha: float,
    scale: float,
) -> PromptRepsIndex:
    """Encode documents and index both representations; weights become rint(scale * w), zeros dropped.

    Vectors and weights go to files chunk by chunk.

    Raises:
        DatasetError: there is no document, or two have the same id.
        OSError: the disk is full.
    """
    vectors, weights = VectorFile(), WeightFile()

    def take(part: Encodings) -> None:
        vectors.append(part["vectors"])
        weights.append(**pruned(part["bounds"], part["terms"], part["weights"], None, scale))

    collection = encode_collection(documents, fields, encoder, progress, take=take)
    inverted = weights.inverted(collection.ids, collection.places, n_terms)
    return PromptRepsIndex(
        dense=DenseSearch.of(collection.ids, vectors.taken(collection.places), EXACT),
        sparse=SparseSearch(inverted=inverted),
        representation=representation,
        alpha=alpha,
        scale=scale,
        encoder=encoder,
        told=collection.facts,
    )


def load(
    saved: Saved, encoder: Encoder, *, representation: Representation, alpha: float, scale: float
) -> PromptRepsIndex:
    """The index that was saved.

    Raises:
        KeyError: an array is absent.
    """
    return PromptRepsIndex(
        dense=DenseSearch.of(saved.column("ids"), saved.arrays["vectors"], EXACT),
        sparse=SparseSearch(inverted=InvertedFile.of(saved)),
        representation=representation,
        alpha=alpha,
        scale=scale,
        encoder=encoder,
        told=saved.values["told"],
    )
