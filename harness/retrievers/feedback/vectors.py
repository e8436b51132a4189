"""Feedback over dense vectors: the query's vector moved towards those of its first documents."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import ConfigDict, Field

from harness.records import Query
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.feedback.rows import first_documents, numbers_of
from harness.retrievers.neural.queries import encode_queries
from harness.retrievers.rows import Float32s, in_order
from harness.retrievers.stages import Answer, Searched

PositiveInt = Annotated[int, Field(ge=1)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorFeedback(ABC):
    """Feedback over the index of a dense retriever; no text is read and nothing is encoded but the query.

    H. Li, A. Mourad, S. Zhuang, B. Koopman, G. Zuccon, "Pseudo Relevance Feedback with Deep Language Models
    and Dense Retrievers: Successes and Pitfalls", ACM TOIS 41(3), 2023. The new vectors are not scaled.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    summary: ClassVar[str]
    accepts: ClassVar[frozenset[str]] = frozenset({"dense"})

    def __post_init__(self) -> None:
        check_parameters(self)

    @property
    @abstractmethod
    def documents(self) -> int:
        """First documents of a query whose vectors are read."""

    @abstractmethod
    def moved(self, query: Float32s, documents: Float32s) -> Float32s:
        """The new vector, float32[d], from that of the query, [d], and of its first documents, [k, d]."""

    def search(self, searched: Searched, queries: Sequence[Query], depth: int, *, tag: str) -> Answer:
        """Move every query's vector and search the index again.

        Raises:
            CommandError: ``depth`` is below 1.
        """
        index: Any = searched.index
        found = first_documents(searched.run, self.documents)
        numbers = numbers_of(index.engine.ids, (name for ids, _ in found.values() for name in ids))
        asked = [query for query in in_order(queries, depth) if query.id in found]
        encoded = encode_queries(asked, index.encoder)
        moved: list[Float32s] = []
        used = 0
        for query, place in zip(encoded.asked, encoded.places.tolist(), strict=True):
            rows = [numbers[name] for name in found[query.id][0] if name in numbers]
            used += len(rows)
            vector = encoded.part["vectors"][place]
            moved.append(self.moved(vector, index.engine.vectors[rows]) if rows else vector)
        table = np.array(moved, dtype=np.float32).reshape(len(moved), -1)
        run = index.engine.search(list(encoded.asked), table, depth, tag=tag)
        return Answer(run, {"feedback_documents": used, **encoded.facts})


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorAverage(VectorFeedback):
    """The mean of the query's vector and those of the first documents.

    Attributes:
        feedback_documents: how many. Default: Pyserini's.
    """

    summary: ClassVar[str] = "Vector-PRF, average: the mean of query and first documents."

    feedback_documents: PositiveInt = 3

    @property
    def documents(self) -> int:
        """``feedback_documents``."""
        return self.feedback_documents

    def moved(self, query: Float32s, documents: Float32s) -> Float32s:
        """The mean."""
        mean: Float32s = np.vstack([query[None], documents]).mean(axis=0, dtype=np.float64).astype(np.float32)
        return mean


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorRocchio(VectorFeedback):
    """alpha * query + beta * mean of the first documents.

    Attributes:
        feedback_documents: how many. Defaults: Pyserini's.
        alpha: weight of the query.
        beta: weight of the mean.
    """

    summary: ClassVar[str] = "Vector-PRF, Rocchio: alpha * query + beta * mean of the first documents."

    feedback_documents: PositiveInt = 5
    alpha: Weight = 0.4
    beta: Weight = 0.6

    @property
    def documents(self) -> int:
        """``feedback_documents``."""
        return self.feedback_documents

    def moved(self, query: Float32s, documents: Float32s) -> Float32s:
        """The weighted sum."""
        mean = documents.mean(axis=0, dtype=np.float64)
        moved: Float32s = (self.alpha * query.astype(np.float64) + self.beta * mean).astype(np.float32)
        return moved
