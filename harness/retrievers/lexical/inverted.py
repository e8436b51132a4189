"""An inverted file and its search, one term at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from harness.columns import Ints, StringColumn
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.lexical import kernels
from harness.retrievers.rows import Float32s, Found, Int32s, in_order, to_run
from harness.retrievers.saved_arrays import Saved, parts

QUERIES_AT_ONCE: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InvertedFile:
    """Postings with one value each: n documents, t terms, p postings.

    Attributes:
        ids: n document ids, ascending in bytes.
        starts: int64[t + 1]; term i has the postings ``starts[i]`` to ``starts[i + 1]``.
        documents: int32[p], ascending inside a term.
        values: float32[p], one value x >= 0 for each posting.
        saturating: a clause of weight w gains w - w / (1 + x) from a posting if true, w * x if false.
        prior: float32[n], added times the sum of a query's weights, or empty for none.
        anserini_ties: break ties by ascending document id and separate them as Anserini does; otherwise ties
            stand, and the cut at the depth follows trec_eval's rule, by descending id.
    """

    ids: StringColumn
    starts: Ints
    documents: Int32s
    values: Float32s
    saturating: bool = False
    prior: Float32s = field(default_factory=lambda: np.empty(0, dtype=np.float32))
    anserini_ties: bool = False

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What :meth:`of` needs, by name."""
        return {
            **parts("ids", self.ids),
            "starts": self.starts,
            "documents": self.documents,
            "values": self.values,
        }

    @classmethod
    def of(cls, saved: Saved) -> InvertedFile:
        """Products without prior, from the arrays of a folder.

        Raises:
            KeyError: an array is absent.
        """
        arrays = saved.arrays
        return cls(
            ids=saved.column("ids"),
            starts=arrays["starts"],
            documents=arrays["documents"],
            values=arrays["values"],
        )

    @property
    def facts(self) -> dict[str, int | float]:
        """Terms that have a posting, postings, their mean by document, and bytes of the arrays."""
        arrays = (self.starts, self.documents, self.values, self.ids.data, self.ids.offsets, self.prior)
        return {
            "terms": int(np.count_nonzero(np.diff(self.starts))),
            "postings": len(self.documents),
            "terms_per_document": len(self.documents) / max(len(self.ids), 1),
            "index_bytes": sum(array.nbytes for array in arrays),
        }

    def search(
        self,
        queries: Sequence[Query],
        clauses: Callable[[Query], tuple[Ints, Float32s]],
        depth: int,
        *,
        tag: str,
    ) -> Run:
        """Rank the documents that share a term with each query.

        Args:
            queries: in any order.
            clauses: the numbers of a query's terms, int64[c], none twice, and their weights, float32[c], all
                above 0.
            depth: documents kept for each query.
            tag: the system's tag.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id.
        """
        ordered = in_order(queries, depth)
        scratch = _Scratch.of(len(self.ids), depth)
        parts = [
            self._search_some([clauses(query) for query in ordered[start : start + QUERIES_AT_ONCE]], scratch)
            for start in range(0, len(ordered), QUERIES_AT_ONCE)
        ]
        return to_run(self.ids, ordered, parts, tag)

    def _search_some(self, clauses: Sequence[tuple[Ints, Float32s]], scratch: _Scratch) -> Found:
        terms = [terms for terms, _ in clauses]
        bounds = np.cumsum([0, *map(len, terms)], dtype=np.int64)
        documents = np.empty((len(clauses), scratch.depth), dtype=np.int32)
        scores = np.empty(documents.shape, dtype=np.float32)
        counts = np.zeros(len(clauses), dtype=np.int64)
        kernels.search(
            bounds, np.concatenate(terms), np.concatenate([weights for _, weights in clauses]),
            self.starts, self.documents, self.values, self.saturating, self.prior,
            self.anserini_ties, scratch.scores, scratch.touched, scratch.keys, documents, scores, counts,
        )  # fmt: skip
        return Found.of(documents, scores, counts)


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
