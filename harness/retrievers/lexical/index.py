"""Postings with a weighting: the index that every lexical retriever searches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from harness.columns import Ints
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.lexical.analysis import Analyzer
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.lexical.postings import Postings
from harness.retrievers.rows import Float32s


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
        postings, model = self.postings, self.weighting
        inverted = InvertedFile(
            ids=postings.ids,
            starts=postings.starts,
            documents=postings.documents,
            values=model.values,
            saturating=model.saturating,
            prior=model.prior,
            anserini_ties=self.anserini_ties,
        )
        return inverted.search(queries, lambda query: self._clauses(query.text), depth, tag=tag)

    def save(self, folder: Path) -> None:
        """Write the inverted file; the weights follow from it.

        Raises:
            OSError: the folder cannot be written.
        """
        self.postings.save(folder)

    def _clauses(self, text: str) -> tuple[Ints, Float32s]:
        """Numbers of the query's known terms, in the order of the query, and their weights."""
        number = self.postings.terms.get
        counted = Counter(n for n in map(number, self.analyzer(text)) if n is not None)
        terms = np.fromiter(counted.keys(), dtype=np.int64, count=len(counted))
        counts = np.fromiter(counted.values(), dtype=np.int64, count=len(counted))
        return terms, self.weighting.clauses(terms, counts)
