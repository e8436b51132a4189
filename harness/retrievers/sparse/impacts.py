"""Weighted terms that somebody else has encoded."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import ConfigDict, Field

from harness.columns import Ints, StringColumn
from harness.errors import DatasetError, Problem
from harness.rankings import Run
from harness.records import Document, Query
from harness.retrievers.base import STRICT_PARAMETERS, Progress, check_parameters
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.rows import Float32s, by_id, in_order
from harness.retrievers.sparse.index import invert, query_facts
from harness.retrievers.sparse.vectors import read_vectors

Place = Annotated[str, Field(min_length=1)]
Clauses = tuple[Ints, Float32s]
PROGRESS_EVERY = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Impacts:
    """Pre-encoded vectors; score = dot product over the terms in common. Exact, and no model is needed.

    J. Lin, X. Ma, "A Few Brief Notes on DeepImpact, COIL, and a Conceptual Framework for Information
    Retrieval Techniques", arXiv:2106.14807; files in the form of Pyserini's ``JsonVectorCollection``.

    Attributes:
        documents: a file of JSON lines with ``id`` and ``vector``, or a folder of such files.
        queries: the same for the queries, by query id.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "learned-sparse"
    summary: ClassVar[str] = "Weighted terms encoded elsewhere (JsonVectorCollection), exact inverted file."

    documents: Place
    queries: Place

    def __post_init__(self) -> None:
        check_parameters(self)

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> ImpactIndex:
        """Read both files; of the documents only the ids are used. Vectors of other documents are left out.

        Raises:
            DatasetError: a file is malformed, no document has a vector, there is no document, or two have the
                same id.
            UnavailableError: a file is absent.
        """
        column = StringColumn.from_strings(document.id for document in documents)
        ids = column.take(by_id(column))
        numbers = {name: number for number, name in enumerate(ids)}
        terms: dict[str, int] = {}
        rows, used, weights = array("q"), array("i"), array("f")
        filled = unused = 0
        for name, vector in read_vectors(self.documents):
            row = numbers.get(name)
            if row is None:
                unused += 1
                continue
            filled += 1
            rows.extend([row] * len(vector))
            used.extend(terms.setdefault(term, len(terms)) for term in vector)
            weights.extend(vector.values())
            if progress and filled % PROGRESS_EVERY == 0:
                progress(filled)
        if not filled:
            raise DatasetError(f"No document of the collection has a vector in {self.documents}.")
        if progress:
            progress(len(ids))
        asked = {name: _clauses(vector, terms) for name, vector in read_vectors(self.queries)}
        bounds, elements = _by_row(
            np.frombuffer(rows, dtype=np.int64) if rows else np.empty(0, np.int64), len(ids)
        )
        inverted = invert(
            ids,
            bounds,
            np.array(used, dtype=np.int32)[elements],
            np.array(weights, dtype=np.float32)[elements],
            len(terms),
        )
        told = {"documents": filled, "empty_documents": len(ids) - filled, "unused_vectors": unused}
        return ImpactIndex(inverted=inverted, queries=asked, place=self.queries, told=told)


def _clauses(vector: Mapping[str, float], terms: Mapping[str, int]) -> Clauses:
    known = [(terms[term], weight) for term, weight in vector.items() if term in terms]
    return (
        np.array([term for term, _ in known], dtype=np.int64),
        np.array([weight for _, weight in known], dtype=np.float32),
    )


def _by_row(rows: Ints, n: int) -> tuple[Ints, Ints]:
    """Starts of n rows, and the positions of their elements, each row's in the order they stood."""
    bounds = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=n)))).astype(np.int64)
    return bounds, np.argsort(rows, kind="stable")


@dataclass(slots=True, kw_only=True, eq=False)
class ImpactIndex:
    """An index in memory; :class:`harness.retrievers.base.Index` describes ``facts`` and ``search``.

    Attributes:
        inverted: the weights of documents.
        queries: the encoded queries, by id.
        place: where they came from.
        told: facts of the collection.
        asked: facts of the last queries.
    """

    inverted: InvertedFile
    queries: Mapping[str, Clauses]
    place: str
    told: Mapping[str, int | float]
    asked: Mapping[str, int | float] | None = None

    @property
    def facts(self) -> Mapping[str, int | float]:
        """Documents with and without a vector, vectors of other documents, and the inverted file's facts."""
        return {**self.told, **self.inverted.facts, **(self.asked or {})}

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """Rank the documents that share a term with each query's vector.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id, or queries have no vector.
        """
        absent = [query.id for query in in_order(queries, depth) if query.id not in self.queries]
        if absent:
            problems: list[Any] = [Problem(f"query {name}", "it has no vector.") for name in absent[:20]]
            raise DatasetError(f"{len(absent)} queries have no vector in {self.place}:", problems)
        clauses = {query.id: self.queries[query.id] for query in queries}
        self.asked = query_facts(self.inverted, [terms for terms, _ in clauses.values()])
        return self.inverted.search(queries, lambda query: clauses[query.id], depth, tag=tag)
