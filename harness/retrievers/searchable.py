"""An index that is built, or read, when it is first searched: a kept ranking needs none."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from harness.records import Query
from harness.retrievers import index_store
from harness.retrievers.base import Approximate, Index, Retriever
from harness.retrievers.index_store import Built
from harness.retrievers.latency import latencies, sample
from harness.retrievers.stages import Answer
from harness.retrievers.work import Corpus


@runtime_checkable
class Choosy(Protocol):
    """A retriever that cannot search every query, and says so before it indexes."""

    def check_queries(self, queries: Sequence[Query]) -> None:
        """Look at all queries at once.

        Raises:
            DatasetError: some cannot be searched; with their number and the first of them.
        """
        ...


@dataclass(slots=True, kw_only=True)
class Searchable:
    """A retriever with its collection.

    Attributes:
        retriever: builds the index.
        corpus: what is indexed.
        progress: called with the number of documents indexed so far.
        key: hash of the documents and of everything that decides the index; empty keeps none and takes none.
        since: POSIX time; an index kept before it is built anew.
        index_seconds: wall time of building, also where the index was read; 0 as long as there is none.
        load_seconds: wall time of reading it; 0 where it was built.
    """

    retriever: Retriever
    corpus: Corpus
    progress: Callable[[int], None]
    key: str = ""
    since: float = 0.0
    index_seconds: float = 0.0
    load_seconds: float = 0.0
    _index: Index | None = field(default=None, init=False)

    @property
    def index(self) -> Index:
        """The index, built or read by the first call."""
        if self._index is None:
            begun = time.perf_counter()
            built = index_store.find(self.key, self.retriever, self.since) if self.key else None
            if built is not None:
                self.load_seconds = time.perf_counter() - begun
            else:
                begun = time.perf_counter()
                index = self.retriever.index(self.corpus.documents(), progress=self.progress)
                built = Built(index, time.perf_counter() - begun)
                if self.key:
                    index_store.keep(self.key, built)
            self._index, self.index_seconds = built
        return self._index

    def search(self, queries: Sequence[Query], depth: int, tag: str) -> Answer:
        """The run, with the index's facts, wall seconds, latencies of single queries and, maybe, accuracy.

        What is measured on a sample is measured after the search, and is not in its seconds.
        """
        if isinstance(self.retriever, Choosy):
            self.retriever.check_queries(queries)
        index = self.index
        index.search(queries[:1], depth, tag=tag)  # what is compiled or loaded once is not search time
        begun = time.perf_counter()
        run = index.search(queries, depth, tag=tag)
        times = {
            "search_seconds": round(time.perf_counter() - begun, 4),
            "index_seconds": round(self.index_seconds, 4),
            "index_load_seconds": round(self.load_seconds, 4),
        }
        facts = {**index.facts, **times}  # those of all queries, before single ones are asked
        some = sample(queries)
        accuracy = index.accuracy(some, depth) if isinstance(index, Approximate) else {}
        return Answer(run, {**facts, **latencies(index, some, depth), **accuracy})
