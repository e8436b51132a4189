"""What the stages of a pipeline are: frozen dataclasses of parameters, like retrievers, each with one verb.

::

    prepare*  documents -> documents          expanded, cut into passages, pruned
    retrieve  documents, queries -> run       harness.retrievers.base.Retriever
    feedback* run, index, queries -> run      the query is written anew from what was found
    rerank*   run, documents, queries -> run  the first documents of each query in a new order
    group     run of passages -> run of documents
    fuse*     runs -> run                     with the runs of other branches

Every class has ``__pydantic_config__ = STRICT_PARAMETERS``, a ``summary``, and ``check_parameters(self)`` in
its ``__post_init__``; one with weights is :class:`harness.retrievers.base.Weighted` too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple, Protocol, runtime_checkable

from harness.rankings import Run
from harness.records import Document, Query
from harness.retrievers.base import Index, Retriever

PASSAGE_MARK: Final = "#"
"""A passage is named after its document, this mark and its number from 0; the last mark counts."""

Facts = Mapping[str, int | float | str]
"""What a stage reports of its work, for the card; numbers are sums over the queries."""

Lookup = Callable[[Iterable[str]], Mapping[str, Document]]
"""From document ids to documents; an id that the collection lacks is absent from the answer."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Searched:
    """What a feedback stage starts from.

    Attributes:
        run: the ranking so far.
        retriever: the retriever of this line of the pipeline.
        index: its index.
        lookup: gives the texts of documents.
        documents: starts a stream of all of them, as re-rankers read them.
    """

    run: Run
    retriever: Retriever
    index: Index
    lookup: Lookup
    documents: Callable[[], Iterable[Document]]


class Answer(NamedTuple):
    """A run and what the stage reports of its making."""

    run: Run
    facts: Facts


class Ranked(NamedTuple):
    """One query's documents, judged anew.

    Attributes:
        scores: one for each document given, in the same order; a greater one is better.
        counts: what it took, for example ``{"calls": 1, "prompt_tokens": 812}``; they are added up.
    """

    scores: Sequence[float]
    counts: Mapping[str, int | float]


@runtime_checkable
class Preparer(Protocol):
    """Changes documents before they are indexed.

    Attributes:
        passages: its documents are passages (:data:`PASSAGE_MARK`), so that a ``group`` stage has to follow.
        indexed_only: what it changes is for the index alone; re-rankers read the documents without it.
    """

    summary: ClassVar[str]
    passages: ClassVar[bool]
    indexed_only: ClassVar[bool]

    def prepare(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Read the documents in a stream and give what is indexed instead."""
        ...


@runtime_checkable
class Feedback(Protocol):
    """Searches again with queries that the first documents have changed.

    Attributes:
        accepts: registered names of the retrievers whose index it can search.
    """

    summary: ClassVar[str]
    accepts: ClassVar[frozenset[str]]

    def search(self, searched: Searched, queries: Sequence[Query], depth: int, *, tag: str) -> Answer:
        """Rank documents for every query; one that has no row in ``searched.run`` stays without.

        Raises:
            CommandError: ``depth`` is below 1.
        """
        ...


@runtime_checkable
class Ranker(Protocol):
    """A re-ranker with its weights loaded."""

    def rank(self, query: Query, documents: Sequence[Document], first: Sequence[float]) -> Ranked:
        """Judge a query's documents, given in the order of the stage before.

        Args:
            query: the query.
            documents: at most as many as the stage's depth.
            first: their scores in the run so far, descending.
        """
        ...


@runtime_checkable
class Reranker(Protocol):
    """Judges the first documents of each query by their text."""

    family: ClassVar[str]
    summary: ClassVar[str]

    def open(self) -> Ranker:
        """Load what is needed.

        Raises:
            MissingExtraError: an optional package is absent.
            UnavailableError: the weights cannot be reached.
        """
        ...


@runtime_checkable
class Fusion(Protocol):
    """Makes one run of several."""

    summary: ClassVar[str]

    def fuse(self, runs: Sequence[Run], depth: int, *, tag: str) -> Run:
        """Fuse the runs; the first is that of the line the stage stands in."""
        ...


@runtime_checkable
class Grouper(Protocol):
    """Makes a ranking of documents from one of their passages."""

    summary: ClassVar[str]

    def group(self, run: Run, depth: int, *, tag: str) -> Run:
        """Rank the documents whose passages the run ranks."""
        ...


def document_of(passage: str) -> str:
    """The id of the document that a passage belongs to."""
    return passage.rpartition(PASSAGE_MARK)[0] or passage
