"""Weighted terms in an inverted file, searched by the lexical retrievers' kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from harness.columns import Ints, StringColumn
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.neural.collection import Collection, Encoder, joined_starts, take_ragged
from harness.retrievers.neural.queries import encode_queries
from harness.retrievers.rows import Float32s, in_order
from harness.retrievers.sparse.encoder import pruned


@dataclass(slots=True, kw_only=True, eq=False)
class SparseIndex:
    """An index in memory; :class:`harness.retrievers.base.Index` describes ``facts`` and ``search``.

    Attributes:
        inverted: the weights of documents.
        encoder: for the queries.
        query_terms, scale: how queries are pruned and quantised.
        told: facts of the collection.
        asked: facts of the last queries.
    """

    inverted: InvertedFile
    encoder: Encoder
    query_terms: int | None
    scale: float | None
    told: Mapping[str, int | float]
    asked: Mapping[str, int | float] | None = None

    @property
    def facts(self) -> Mapping[str, int | float]:
        """Documents, postings, bytes, mean terms of documents and of the last queries, and FLOPS.

        FLOPS is the expected number of multiplications for one document, the sum over terms j of
        p_q(j) * p_d(j), with p the shares of the last queries and of the documents that have the term (Paria
        et al. 2020, "Minimizing FLOPs to Learn Efficient Sparse Representations").
        """
        return {**self.told, **self.inverted.facts, **(self.asked or {})}

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """Rank the documents that share a term with each query.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id.
        """
        encoded = encode_queries(in_order(queries, depth), self.encoder)
        nothing = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
        clauses: dict[str, tuple[Ints, Float32s]] = {}
        if encoded.asked:
            part = encoded.part
            lean = pruned(part["bounds"], part["terms"], part["weights"], self.query_terms, self.scale)
            bounds, terms, weights = lean["bounds"], lean["terms"].astype(np.int64), lean["weights"]
            for query, row in zip(encoded.asked, encoded.places.tolist(), strict=True):
                span = slice(bounds[row], bounds[row + 1])
                clauses[query.id] = terms[span], weights[span]
        self.asked = encoded.facts | query_facts(self.inverted, [terms for terms, _ in clauses.values()])
        return self.inverted.search(queries, lambda query: clauses.get(query.id, nothing), depth, tag=tag)


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
) -> SparseIndex:
    """Invert an encoded collection, after pruning and quantising it."""
    bounds, positions = take_ragged(joined_starts(collection.parts), collection.places)
    terms = joined(collection, "terms", np.int32)[positions]
    weights = joined(collection, "weights", np.float32)[positions]
    lean = pruned(bounds, terms, weights, document_terms, scale)
    return SparseIndex(
        inverted=invert(collection.ids, lean["bounds"], lean["terms"], lean["weights"], n_terms),
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
    starts, documents, values = _transposed(bounds, terms, weights, n_terms)
    return InvertedFile(ids=ids, starts=starts, documents=documents, values=values)


@njit(cache=True, nogil=True)
def _transposed(bounds: Any, terms: Any, weights: Any, n_terms: int) -> Any:
    starts = np.zeros(n_terms + 1, np.int64)
    for term in terms:
        starts[term + 1] += 1
    for term in range(n_terms):
        starts[term + 1] += starts[term]
    free = starts[:-1].copy()
    documents = np.empty(len(terms), np.int32)
    values = np.empty(len(terms), np.float32)
    for document in range(len(bounds) - 1):
        for i in range(bounds[document], bounds[document + 1]):
            documents[free[terms[i]]] = document
            values[free[terms[i]]] = weights[i]
            free[terms[i]] += 1
    return starts, documents, values
