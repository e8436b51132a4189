"""Weighted terms in an inverted file, searched by the lexical retrievers' kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from harness.columns import Ints, StringColumn
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.engines.ranked import Clauses
from harness.retrievers.engines.sparse import SparseEngine, SparseSearch
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.lexical.transposition import transposed
from harness.retrievers.neural.collection import Collection, Encoder, joined_starts, take_ragged
from harness.retrievers.neural.queries import encode_queries
from harness.retrievers.rows import Float32s, in_order
from harness.retrievers.saved_arrays import save_arrays
from harness.retrievers.sparse.encoder import pruned

NOTHING: Final = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


@dataclass(slots=True, kw_only=True, eq=False)
class SparseIndex:
    """An index in memory; :class:`harness.retrievers.base.Index` describes ``facts`` and ``search``.

    Attributes:
        engine: the weights of documents, and what searches them.
        encoder: for the queries.
        query_terms, scale: how queries are pruned and quantised.
        told: facts of the collection.
        asked: facts of the last queries.
    """

    engine: SparseSearch
    encoder: Encoder
    query_terms: int | None
    scale: float | None
    told: Mapping[str, int | float]
    asked: Mapping[str, int | float] | None = None

    @property
    def inverted(self) -> InvertedFile:
        """The weights of documents, whatever searches them."""
        return self.engine.inverted

    @property
    def answers_single_queries(self) -> bool:
        """Whether the engine can be timed by one query."""
        return self.engine.answers_single_queries

    @property
    def facts(self) -> Mapping[str, int | float]:
        """Documents, postings, bytes, mean terms of documents and of the last queries, and FLOPS.

        FLOPS is the expected number of multiplications for one document, the sum over terms j of
        p_q(j) * p_d(j), with p the shares of the last queries and of the documents that have the term (Paria
        et al. 2020, "Minimizing FLOPs to Learn Efficient Sparse Representations").
        """
        return {**self.told, **self.engine.facts, **(self.asked or {})}

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """Rank the documents that share a term with each query.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id.
        """
        clauses = self._clauses(queries, depth)
        return self.engine.search(queries, lambda query: clauses.get(query.id, NOTHING), depth, tag=tag)

    def accuracy(self, queries: Sequence[Query], depth: int) -> Mapping[str, float]:
        """The engine's rankings against the exact ones; empty for the exact engine."""
        clauses = self._clauses(queries, depth)
        return self.engine.accuracy(queries, lambda query: clauses.get(query.id, NOTHING), depth)

    def save(self, folder: Path) -> None:
        """Write the weights, the engine's files and the encoder's identity.

        Raises:
            OSError: the folder cannot be written.
        """
        values = {"encoder": self.encoder.identity, "told": dict(self.told)}
        save_arrays(folder, self.engine.inverted.arrays(), values)
        self.engine.save(folder)

    def _clauses(self, queries: Sequence[Query], depth: int) -> dict[str, Clauses]:
        """The terms of the queries that have text, by id; also sets the facts of the last queries."""
        encoded = encode_queries(in_order(queries, depth), self.encoder)
        clauses: dict[str, Clauses] = {}
        if encoded.asked:
            part = encoded.part
            lean = pruned(part["bounds"], part["terms"], part["weights"], self.query_terms, self.scale)
            bounds, terms, weights = lean["bounds"], lean["terms"].astype(np.int64), lean["weights"]
            for query, row in zip(encoded.asked, encoded.places.tolist(), strict=True):
                span = slice(bounds[row], bounds[row + 1])
                clauses[query.id] = terms[span], weights[span]
        terms_of = [terms for terms, _ in clauses.values()]
        self.asked = encoded.facts | query_facts(self.engine.inverted, terms_of)
        return clauses


def query_facts(inverted: InvertedFile, terms: Sequence[Ints]) -> dict[str, int | float]:
    """Mean terms of queries and FLOPS, from the terms of each query; empty without queries."""
    if not terms:
        return {}
    used = np.concatenate(terms)
    share = np.diff(inverted.starts)[used] / max(len(inverted.ids), 1)
    return {"terms_per_query": len(used) / len(terms), "flops": float(share.sum()) / len(terms)}


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
