"""Weighted terms that somebody else has encoded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from pydantic import ConfigDict, Field

from harness.columns import StringColumn
from harness.errors import DatasetError, Problem
from harness.rankings import Run
from harness.records import Document, Query
from harness.retrievers.base import STRICT_PARAMETERS, Progress, check_parameters
from harness.retrievers.engines.ranked import Clauses
from harness.retrievers.engines.sparse import EXACT, SparseEngine, SparseSearch, load_search
from harness.retrievers.rows import by_id, in_order
from harness.retrievers.saved_arrays import load_arrays, parts, save_arrays
from harness.retrievers.sparse.encoded import encoded_documents, place_hash
from harness.retrievers.sparse.index import invert
from harness.retrievers.sparse.vectors import SHOWN, read_vectors
from harness.retrievers.sparse.weight_index import WeightIndex, query_facts

Place = Annotated[str, Field(min_length=1)]
Scale = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impacts:
    """Pre-encoded vectors; score = dot product over the terms in common. No model is needed.

    J. Lin, X. Ma, "A Few Brief Notes on DeepImpact, COIL, and a Conceptual Framework for Information
    Retrieval Techniques", arXiv:2106.14807; files in the form of Pyserini's ``JsonVectorCollection``, or in
    the Common Index File Format.

    Attributes:
        documents: a file of JSON lines with ``id`` and ``vector``, a folder of such files, or a file whose
            name ends in ``.ciff``, ``.ciff.gz`` or ``.ciff.zst``.
        queries: JSON lines for the queries, by query id, or lines of an id, a tab and terms with spaces
            between, each as often as it weighs, in a file whose name ends in ``.tsv``, ``.tsv.gz`` or
            ``.tsv.zst``, as Anserini keeps encoded topics.
        quantisation: weights of documents and queries become rint(quantisation * w), zeros dropped; None
            leaves them.
        engine: what searches; exact if nothing is said.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "learned-sparse"
    summary: ClassVar[str] = "Weighted terms encoded elsewhere (JsonVectorCollection, CIFF), any engine."

    documents: Place
    queries: Place
    quantisation: Scale | None = None
    engine: SparseEngine = EXACT

    def __post_init__(self) -> None:
        check_parameters(self)

    def provenance(self) -> Mapping[str, str]:
        """The documents' file, and the sha256 over both places.

        Raises:
            UnavailableError: a file is absent.
        """
        whole = "-".join(place_hash(place) for place in (self.documents, self.queries))
        return {"checkpoint": self.documents, "revision": f"sha256:{whole}"}

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> ImpactIndex:
        """Read both files; of the documents only the ids are used. Vectors of other documents are left out.

        Raises:
            DatasetError: a file is malformed, no document has a vector, there is no document, or two have the
                same id.
            MissingExtraError: the engine's package is not installed.
            UnavailableError: a file is absent.
        """
        column = StringColumn.from_strings(document.id for document in documents)
        ids = column.take(by_id(column))
        read = encoded_documents(self.documents, ids, self.quantisation, progress)
        if progress:
            progress(len(ids))
        inverted = invert(ids, read.bounds, read.terms, read.weights, len(read.vocabulary))
        told = {
            "documents": read.filled,
            "empty_documents": len(ids) - read.filled,
            "unused_vectors": read.unused,
        }
        return self._index(SparseSearch.of(inverted, self.engine), read.vocabulary, told)

    def check_queries(self, queries: Sequence[Query]) -> None:
        """Hold the queries against their file, before any vector of a document is read.

        Raises:
            DatasetError: queries have no vector, or the file is malformed.
            UnavailableError: the file is absent.
        """
        _check(queries, {vector.id for vector in read_vectors(self.queries)}, self.queries)

    def load(self, folder: Path) -> ImpactIndex:
        """Map saved vectors; the queries are read from their file.

        Raises:
            OSError, ValueError, KeyError: the files are damaged.
        """
        saved = load_arrays(folder)
        vocabulary = {term: number for number, term in enumerate(saved.column("vocabulary"))}
        return self._index(load_search(saved, self.engine, folder), vocabulary, saved.values["told"])

    def _index(
        self, engine: SparseSearch, vocabulary: Mapping[str, int], told: Mapping[str, int | float]
    ) -> ImpactIndex:
        asked = {
            name: _clauses(vector, vocabulary, self.quantisation)
            for name, vector in read_vectors(self.queries)
        }
        return ImpactIndex(engine=engine, queries=asked, vocabulary=vocabulary, place=self.queries, told=told)


def _check(queries: Sequence[Query], known: Collection[str], place: str) -> None:
    """Raise a ``DatasetError`` that counts all queries without a vector and names the first."""
    absent = [query.id for query in queries if query.id not in known]
    if absent:
        problems = [Problem(f"query {name}", "it has no vector.") for name in absent[:SHOWN]]
        who = "1 query has" if len(absent) == 1 else f"{len(absent)} queries have"
        raise DatasetError(f"{who} no vector in {place}:", problems)


def _clauses(vector: Mapping[str, float], terms: Mapping[str, int], scale: float | None) -> Clauses:
    known = {terms[term]: weight for term, weight in vector.items() if term in terms}
    numbers = np.fromiter(known, dtype=np.int64, count=len(known))
    weights = np.fromiter(known.values(), dtype=np.float64, count=len(known))
    if scale is not None:
        weights = np.rint(scale * weights)
    return numbers[weights > 0], weights[weights > 0].astype(np.float32)


@dataclass(slots=True, kw_only=True, eq=False)
class ImpactIndex(WeightIndex):
    """Vectors encoded elsewhere; ``told`` counts documents with and without one, and vectors of others.

    Attributes:
        queries: the encoded queries, by id.
        vocabulary: term to its number.
        place: where the queries came from.
    """

    queries: Mapping[str, Clauses]
    vocabulary: Mapping[str, int]
    place: str

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """Rank the documents that share a term with each query's vector.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id, or queries have no vector.
        """
        _check(in_order(queries, depth), self.queries, self.place)
        terms = [self.queries[query.id][0] for query in queries]
        self.asked = query_facts(self.engine.inverted, terms)
        return self.engine.search(queries, lambda query: self.queries[query.id], depth, tag=tag)

    def accuracy(self, queries: Sequence[Query], depth: int) -> Mapping[str, float]:
        """The engine's rankings against the exact ones; empty for the exact engine."""
        return self.engine.accuracy(queries, lambda query: self.queries[query.id], depth)

    def save(self, folder: Path) -> None:
        """Write the documents' weights and the engine's files.

        Raises:
            OSError: the folder cannot be written.
        """
        terms = StringColumn.from_strings(sorted(self.vocabulary, key=self.vocabulary.__getitem__))
        arrays = {**self.engine.inverted.arrays(), **parts("vocabulary", terms)}
        save_arrays(folder, arrays, {"told": dict(self.told)})
        self.engine.save(folder)
