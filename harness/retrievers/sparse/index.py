"""Weighted terms in an inverted file, searched by the lexical retrievers' kernel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.columns import Ints, StringColumn
from harness.retrievers.engines.ranked import Clauses
from harness.retrievers.engines.sparse import SparseEngine, SparseSearch
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.lexical.transposition import transposed
from harness.retrievers.neural.collection import Collection, Encoder, joined_starts, take_ragged
from harness.retrievers.neural.queries import EncodedQueries
from harness.retrievers.rows import Float32s
from harness.retrievers.saved_arrays import save_arrays
from harness.retrievers.sparse.encoder import pruned
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
    collection: Collection,
    encoder: Encoder,
    *,
    n_terms: int,
    document_terms: int | None,
    query_terms: int | None,
    scale: float | None,
    engine: SparseEngine,
) -> SparseIndex:
    """Invert an encoded collection, after pruning and quantising it, and build the engine over it."""
    bounds, positions = take_ragged(joined_starts(collection.parts), collection.places)
    terms = joined(collection, "terms", np.int32)[positions]
    weights = joined(collection, "weights", np.float32)[positions]
    lean = pruned(bounds, terms, weights, document_terms, scale)
    inverted = invert(collection.ids, lean["bounds"], lean["terms"], lean["weights"], n_terms)
    return SparseIndex(
        engine=SparseSearch.of(inverted, engine),
        encoder=encoder,
        query_terms=query_terms,
        scale=scale,
        told=collection.facts,
    )


def joined(collection: Collection, name: str, kind: npt.DTypeLike) -> Any:
    """The arrays of one name of all parts, one after another."""
    return np.concatenate([np.empty(0, dtype=kind), *(part[name] for part in collection.parts)])


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
