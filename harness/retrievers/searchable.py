"""An index that is built when it is first searched: a kept ranking needs none."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from harness.rankings import Run
from harness.records import Query
from harness.retrievers.base import Index, Retriever
from harness.retrievers.work import Corpus


@dataclass(slots=True, kw_only=True)
class Searchable:
    """A retriever with its collection.

    Attributes:
        retriever: builds the index.
        corpus: what is indexed.
        progress: called with the number of documents indexed so far.
        index_seconds: wall time of building; 0 as long as there is no index.
    """

    retriever: Retriever
    corpus: Corpus
    progress: Callable[[int], None]
    index_seconds: float = 0.0
    _index: Index | None = field(default=None, init=False)

    @property
    def index(self) -> Index:
        """The index, built by the first call."""
        if self._index is None:
            begun = time.perf_counter()
            self._index = self.retriever.index(self.corpus.documents(), progress=self.progress)
            self.index_seconds = time.perf_counter() - begun
        return self._index

    def search(self, queries: Sequence[Query], depth: int, tag: str) -> tuple[Run, float]:
        """The run and the wall seconds of the search alone."""
        index = self.index
        index.search(queries[:1], depth, tag=tag)  # what is compiled or loaded once is not search time
        begun = time.perf_counter()
        run = index.search(queries, depth, tag=tag)
        return run, time.perf_counter() - begun
