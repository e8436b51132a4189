"""Rocchio feedback over learned sparse vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import ConfigDict, Field

from harness.records import Query
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.engines.ranked import Clauses
from harness.retrievers.feedback.rows import Row, first_documents, numbers_of, rows_of
from harness.retrievers.neural.queries import encode_queries
from harness.retrievers.rows import in_order
from harness.retrievers.sparse.encoder import pruned
from harness.retrievers.sparse.impacts import ImpactIndex
from harness.retrievers.stages import Answer, Searched

PositiveInt = Annotated[int, Field(ge=1)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseRocchio:
    """alpha * query + beta * mean of the first documents, over the weights of the index.

    J. J. Rocchio, "Relevance Feedback in Information Retrieval", 1971, over the vectors that the model gives
    to query and documents. Each is scaled to Euclidean length 1 first, and of the mean the heaviest
    ``feedback_terms`` stay. The defaults are this project's.

    Attributes:
        feedback_documents: first documents of a query.
        feedback_terms: terms of their mean.
        alpha: weight of the query.
        beta: weight of the mean.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str] = "Rocchio over the term weights of a learned sparse index."
    accepts: ClassVar[frozenset[str]] = frozenset({"splade", "impacts"})

    feedback_documents: PositiveInt = 10
    feedback_terms: PositiveInt = 20
    alpha: Weight = 1.0
    beta: Weight = 0.5

    def __post_init__(self) -> None:
        check_parameters(self)

    def search(self, searched: Searched, queries: Sequence[Query], depth: int, *, tag: str) -> Answer:
        """Write every query's vector anew and search the index again.

        Raises:
            CommandError: ``depth`` is below 1.
        """
        index: Any = searched.index
        inverted = index.engine.inverted
        found = first_documents(searched.run, self.feedback_documents)
        numbers = numbers_of(inverted.ids, (name for ids, _ in found.values() for name in ids))
        rows = rows_of(inverted.starts, inverted.documents, inverted.values, sorted(numbers.values()))
        old = query_vectors(index, [query for query in in_order(queries, depth) if query.id in found])
        new = {
            query: self.moved(clauses, [rows[numbers[d]] for d in found[query][0] if d in numbers])
            for query, clauses in old.items()
        }
        asked = [query for query in queries if query.id in new]
        run = index.engine.search(asked, lambda query: new[query.id], depth, tag=tag)
        terms = sum(len(terms) for terms, _ in new.values()) / max(len(new), 1)
        return Answer(run, {"terms_per_query": round(terms, 4)})

    def moved(self, query: Clauses, documents: Sequence[Row]) -> Clauses:
        """The new query."""
        weights = _weighted((query[0], query[1].astype(np.float64)), self.alpha)
        mean: dict[int, float] = {}
        for document in documents:
            for term, weight in _weighted(document, 1.0 / len(documents)).items():
                mean[term] = mean.get(term, 0.0) + weight
        kept = sorted(mean, key=lambda term: (-mean[term], term))[: self.feedback_terms]
        for term in kept:
            weights[term] = weights.get(term, 0.0) + self.beta * mean[term]
        terms = sorted(term for term, weight in weights.items() if weight > 0)
        return np.array(terms, dtype=np.int64), np.array([weights[t] for t in terms], dtype=np.float32)


def _weighted(row: Row, factor: float) -> dict[int, float]:
    """The row scaled to length ``factor``, by term."""
    terms, values = row
    norm = float(np.sqrt(np.sum(values * values)))
    return {
        term: factor * value / norm
        for term, value in zip(terms.tolist(), values.tolist(), strict=True)
        if norm
    }


def query_vectors(index: Any, queries: Sequence[Query]) -> Mapping[str, Clauses]:
    """The weighted terms of queries in an index of learned sparse vectors; one without text is absent."""
    if isinstance(index, ImpactIndex):
        return {query.id: index.queries[query.id] for query in queries}
    encoded = encode_queries(queries, index.encoder)
    if not encoded.asked:
        return {}
    part = encoded.part
    lean = pruned(part["bounds"], part["terms"], part["weights"], index.query_terms, index.scale)
    spans = {
        query.id: slice(lean["bounds"][row], lean["bounds"][row + 1])
        for query, row in zip(encoded.asked, encoded.places.tolist(), strict=True)
    }
    return {
        name: (lean["terms"][span].astype(np.int64), lean["weights"][span]) for name, span in spans.items()
    }
