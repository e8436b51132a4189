"""What every index of weighted terms shares, whatever its queries are made of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from harness.columns import Ints
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.engines.ranked import Clauses
from harness.retrievers.engines.sparse import SparseSearch
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.neural.collection import Encoder
from harness.retrievers.neural.queries import EncodedQueries, encode_queries
from harness.retrievers.rows import in_order

NOTHING: Final = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


@dataclass(slots=True, kw_only=True, eq=False)
class WeightIndex:
    """An index in memory; :class:`harness.retrievers.base.Index` describes ``facts`` and ``search``.

    Attributes:
        engine: the weights of documents, and what searches them.
        told: facts of the collection.
        asked: facts of the last queries.
    """

    engine: SparseSearch
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
        """Facts of the collection, the inverted file's, mean terms of the last queries, and FLOPS.

        FLOPS is the expected number of multiplications for one document, the sum over terms j of
        p_q(j) * p_d(j), with p the shares of the last queries and of the documents that have the term (Paria
        et al. 2020, "Minimizing FLOPs to Learn Efficient Sparse Representations").
        """
        return {**self.told, **self.engine.facts, **(self.asked or {})}


@dataclass(slots=True, kw_only=True, eq=False)
class EncodedIndex(WeightIndex, ABC):
    """An index whose queries are encoded when they are asked.

    Attributes:
        encoder: for the queries.
    """

    encoder: Encoder

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

    @abstractmethod
    def clauses_of(self, encoded: EncodedQueries) -> dict[str, Clauses]:
        """The terms of the queries that have text and their weights, by query id."""

    def _clauses(self, queries: Sequence[Query], depth: int) -> dict[str, Clauses]:
        """Encode the queries; also sets the facts of the last queries."""
        encoded = encode_queries(in_order(queries, depth), self.encoder)
        clauses = self.clauses_of(encoded) if encoded.asked else {}
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
