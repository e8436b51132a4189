"""Weighted terms in an inverted file, searched by the lexical retrievers' kernel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness.columns import Ints, StringColumn
from harness.records import Document
from harness.retrievers.base import Progress
from harness.retrievers.engines.ranked import Clauses
from harness.retrievers.engines.sparse import SparseEngine, SparseSearch
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.lexical.transposition import transposed
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.collection import Encoder, encode_collection
from harness.retrievers.neural.queries import EncodedQueries
from harness.retrievers.rows import Float32s
from harness.retrievers.saved_arrays import save_arrays
from harness.retrievers.sparse.encoder import pruned
from harness.retrievers.sparse.weight_file import WeightFile
from harness.retrievers.sparse.weight_index import EncodedIndex


@dataclass(slots=True, kw_only=True, eq=False)
class SparseIndex(EncodedIndex):
    """Terms of a model's vocabulary.

    Attributes:
        query_terms, scale: how queries are pruned and quantised.
    """

    query_terms: int | None
    scale: float | None

    def save(self, folder: Path) -> None:
        """Write the weights, the engine's files and the encoder's identity.

        Raises:
            OSError: the folder cannot be written.
        """
        values = {"encoder": self.encoder.identity, "told": dict(self.told)}
        save_arrays(folder, self.engine.inverted.arrays(), values)
        self.engine.save(folder)

    def clauses_of(self, encoded: EncodedQueries) -> dict[str, Clauses]:
        """The terms left after pruning and quantising, by query id."""
        part = encoded.part
        lean = pruned(part["bounds"], part["terms"], part["weights"], self.query_terms, self.scale)
        bounds, terms, weights = lean["bounds"], lean["terms"].astype(np.int64), lean["weights"]
        spans = (slice(bounds[row], bounds[row + 1]) for row in encoded.places.tolist())
        return {
            query.id: (terms[span], weights[span]) for query, span in zip(encoded.asked, spans, strict=True)
        }


def build(
    documents: Iterable[Document],
    fields: Sequence[str],
    encoder: Encoder,
    progress: Progress | None,
    *,
    n_terms: int,
    document_terms: int | None,
    query_terms: int | None,
    scale: float | None,
    engine: SparseEngine,
) -> SparseIndex:
    """Encode documents, prune and quantise their weights, invert them and build the engine over them.

    Weights go to files chunk by chunk; the inverted file is made and searched in files, too.

    Raises:
        DatasetError: there is no document, or two have the same id.
        OSError: the disk is full.
    """
    weights = WeightFile()

    def take(part: Encodings) -> None:
        weights.append(**pruned(part["bounds"], part["terms"], part["weights"], document_terms, scale))

    collection = encode_collection(documents, fields, encoder, progress, take=take)
    inverted = weights.inverted(collection.ids, collection.places, n_terms)
    return SparseIndex(
        engine=SparseSearch.of(inverted, engine),
        encoder=encoder,
        query_terms=query_terms,
        scale=scale,
        told=collection.facts,
    )


def invert(ids: StringColumn, bounds: Ints, terms: Any, weights: Float32s, n_terms: int) -> InvertedFile:
    """Turn the weighted terms of each document into the weighted documents of each term.

    Args:
        ids: n document ids, ascending in bytes.
        bounds: int64[n + 1]; document i has the elements ``bounds[i]`` to ``bounds[i + 1]``.
        terms: int32[e], no term twice in a document.
        weights: float32[e], above 0.
        n_terms: the size of the vocabulary.
    """
    starts, documents, values = transposed(bounds, terms, weights, n_terms)
    return InvertedFile(ids=ids, starts=starts, documents=documents, values=values)
