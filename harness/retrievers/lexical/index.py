"""Postings with a weighting: the index that every lexical retriever searches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from harness.columns import Ints, StringColumn
from harness.errors import CommandError, DatasetError, Problem
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.lexical import kernels
from harness.retrievers.lexical.analysis import Analyzer
from harness.retrievers.lexical.postings import Int32s, Postings

Float32s = npt.NDArray[np.float32]

QUERIES_AT_ONCE: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weighting:
    """What a model makes of postings: score(q, d) = sum of the clauses' gains + sum of their weights * prior.

    Gains and scores are single precision; sums are double precision and rounded once, as in Lucene.

    Attributes:
        clauses: from the numbers of a query's terms, int64[c], and how often each stands in the query,
            int64[c], to the clauses' weights w, float32[c], all above 0.
        values: float32[p], one value x >= 0 for each posting.
        saturating: the gain of a posting is w - w / (1 + x) if true, w * x if false.
        prior: float32[n], or empty for none.
    """

    clauses: Callable[[Ints, Ints], Float32s]
    values: Float32s
    saturating: bool
    prior: Float32s = field(default_factory=lambda: np.empty(0, dtype=np.float32))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LexicalIndex:
    """An index in memory; :class:`harness.retrievers.base.Index` describes ``facts`` and ``search``.

    Attributes:
        postings: the inverted file.
        analyzer: what made its terms, and makes those of queries.
        weighting: the model.
        anserini_ties: break ties by ascending document id and separate them as Anserini does; otherwise ties
            stand, and the cut at the depth follows trec_eval's rule, by descending id.
    """

    postings: Postings
    analyzer: Analyzer
    weighting: Weighting
    anserini_ties: bool = False

    @property
    def facts(self) -> Mapping[str, int | float]:
        """Counts of documents, terms and postings, mean length in terms, and bytes of the index's arrays."""
        postings, filled = self.postings, self.postings.filled
        arrays = (postings.starts, postings.documents, postings.lengths, self.weighting.values)
        ids = (postings.ids.data, postings.ids.offsets, self.weighting.prior)
        return {
            "documents": filled,
            "empty_documents": len(postings.ids) - filled,
            "terms": len(postings.terms),
            "postings": len(postings.documents),
            "total_terms": postings.total_terms,
            "average_length": postings.total_terms / filled if filled else 0.0,
            "index_bytes": sum(array.nbytes for array in (*arrays, *ids)),
        }

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """Rank the documents that share a term with each query.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id.
        """
        if depth < 1:
            raise CommandError(f"The depth must be at least 1, found {depth}.")
        _refuse_repeated_ids(queries)
        ordered = sorted(queries, key=lambda query: query.id.encode())
        scratch = _Scratch.of(len(self.postings.ids), depth)
        parts = [
            self._search_some(ordered[start : start + QUERIES_AT_ONCE], scratch)
            for start in range(0, len(ordered), QUERIES_AT_ONCE)
        ]
        counts = np.concatenate([np.empty(0, dtype=np.int64), *(part.counts for part in parts)])
        return Run(
            queries=StringColumn.from_strings(q.id for q, n in zip(ordered, counts, strict=True) if n),
            starts=np.concatenate(([0], np.cumsum(counts[counts > 0]))).astype(np.int64),
            documents=self._ids(np.concatenate([np.empty(0, dtype=np.int32), *(p.documents for p in parts)])),
            scores=np.concatenate([np.empty(0), *(part.scores for part in parts)]),
            tag=tag,
        )

    def _search_some(self, queries: Sequence[Query], scratch: _Scratch) -> _Found:
        clauses = [self._clauses(query.text) for query in queries]
        terms = [terms for terms, _ in clauses]
        bounds = np.cumsum([0, *map(len, terms)], dtype=np.int64)
        documents = np.empty((len(queries), scratch.depth), dtype=np.int32)
        scores = np.empty(documents.shape, dtype=np.float32)
        counts = np.zeros(len(queries), dtype=np.int64)
        postings, model = self.postings, self.weighting
        kernels.search(
            bounds, np.concatenate(terms), np.concatenate([weights for _, weights in clauses]),
            postings.starts, postings.documents, model.values, model.saturating, model.prior,
            self.anserini_ties, scratch.scores, scratch.touched, scratch.keys, documents, scores, counts,
        )  # fmt: skip
        kept = np.arange(scratch.depth) < counts[:, None]
        return _Found(documents[kept], scores[kept].astype(np.float64), counts)

    def _clauses(self, text: str) -> tuple[Ints, Float32s]:
        """Numbers of the query's known terms, in the order of the query, and their weights."""
        number = self.postings.terms.get
        counted = Counter(n for n in map(number, self.analyzer(text)) if n is not None)
        terms = np.fromiter(counted.keys(), dtype=np.int64, count=len(counted))
        counts = np.fromiter(counted.values(), dtype=np.int64, count=len(counted))
        return terms, self.weighting.clauses(terms, counts)

    def _ids(self, rows: Int32s) -> StringColumn:
        ids = self.postings.ids
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(ids.lengths[rows], out=offsets[1:])
        data = np.empty(offsets[-1], dtype=np.uint8)
        kernels.gather(ids.data, ids.offsets, rows, data, offsets)
        return StringColumn(data, offsets)


@dataclass(frozen=True, slots=True)
class _Found:
    """Rankings of some queries, one after another."""

    documents: Int32s
    scores: npt.NDArray[np.float64]
    counts: Ints


@dataclass(frozen=True, slots=True)
class _Scratch:
    """Arrays that the search writes to; one set for each call, so that an index can be shared by threads."""

    depth: int
    scores: npt.NDArray[np.float64]
    touched: Int32s
    keys: Ints

    @classmethod
    def of(cls, n_documents: int, depth: int) -> _Scratch:
        kept = min(depth, n_documents)
        return cls(
            depth=kept,
            scores=np.full(n_documents, kernels.UNTOUCHED),
            touched=np.empty(n_documents, dtype=np.int32),
            keys=np.empty(2 * kept + 512, dtype=np.int64),
        )


def _refuse_repeated_ids(queries: Iterable[Query]) -> None:
    repeated = [name for name, count in Counter(query.id for query in queries).items() if count > 1]
    if repeated:
        problems = [Problem(f"query {name}", "this id is used more than once.") for name in repeated[:20]]
        raise DatasetError(f"{len(repeated)} query ids are repeated; ids must be unique.", problems)
