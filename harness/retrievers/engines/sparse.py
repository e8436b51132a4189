"""Engines for weighted terms, behind one interface, and the search that uses one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, Protocol

from pydantic import ConfigDict, Field

from harness.rankings import Run
from harness.records import Query
from harness.retrievers.base import STRICT_PARAMETERS
from harness.retrievers.engines.bmp import Bmp
from harness.retrievers.engines.lucene import LuceneImpact
from harness.retrievers.engines.ranked import Clauses, accuracy
from harness.retrievers.engines.seismic import Seismic
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.lexical.transposition import transposed
from harness.retrievers.packages import require
from harness.retrievers.rows import Found, in_order, to_run
from harness.retrievers.saved_arrays import Saved

QUERIES_AT_ONCE: Final = 256
ENGINE: Final = "engine"


class Searcher(Protocol):
    """An engine with its index; ``size`` is that of its files in bytes."""

    @property
    def size(self) -> int: ...  # noqa: D102

    def search(self, clauses: Sequence[Clauses], depth: int) -> Found:
        """Rank documents by their, maybe approximate, dot product with each query."""
        ...

    def save(self, folder: Path) -> None:
        """Write the engine's own files, from which its ``load`` makes the same index."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """The harness's own inverted file: every posting of every term of a query is read."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS

    name: Literal["exact"] = "exact"


EXACT: Final = Exact()

SparseEngine = Annotated[Exact | Seismic | Bmp | LuceneImpact, Field(discriminator="name")]
"""In a YAML file ``engine: {name: ..., ...}``, with the engine's parameters."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SparseSearch:
    """An inverted file and, maybe, another engine that searches the same weights.

    Attributes:
        inverted: the weights; it is searched where there is no other engine, and says what is exact.
        searcher: the other engine.
        size: bytes of the other engine's files.
    """

    inverted: InvertedFile
    searcher: Searcher | None = None
    size: int = 0

    @classmethod
    def of(cls, inverted: InvertedFile, engine: SparseEngine, folder: Path | None = None) -> SparseSearch:
        """Build the engine's index, or read it from a folder that :meth:`save` wrote.

        Raises:
            MissingExtraError: the engine's package is not installed.
            OSError: the folder's files are damaged.
        """
        if isinstance(engine, Exact):
            return cls(inverted=inverted)
        require(engine)
        n_terms = len(inverted.starts) - 1
        if folder is not None:
            searcher: Searcher = engine.load(folder / ENGINE, n_terms)
        else:
            bounds, terms, weights = transposed(
                inverted.starts, inverted.documents, inverted.values, len(inverted.ids)
            )
            searcher = engine.build(bounds, terms, weights, n_terms)
        return cls(inverted=inverted, searcher=searcher, size=searcher.size)

    @property
    def answers_single_queries(self) -> bool:
        """Whether the time of one query asked alone is that of its search."""
        return bool(getattr(self.searcher, "answers_single_queries", True))

    @property
    def facts(self) -> dict[str, int | float]:
        """The inverted file's, with the bytes of the engine that is searched."""
        return self.inverted.facts | ({"index_bytes": self.size} if self.searcher else {})

    def search(
        self, queries: Sequence[Query], clauses: Callable[[Query], Clauses], depth: int, *, tag: str
    ) -> Run:
        """Rank documents for queries; :meth:`InvertedFile.search` describes the arguments."""
        if self.searcher is None:
            return self.inverted.search(queries, clauses, depth, tag=tag)
        ordered = in_order(queries, depth)
        size = getattr(self.searcher, "queries_at_once", QUERIES_AT_ONCE)
        parts = [
            self.searcher.search([clauses(query) for query in ordered[first : first + size]], depth)
            for first in range(0, len(ordered), size)
        ]
        return to_run(self.inverted.ids, ordered, parts, tag)

    def accuracy(
        self, queries: Sequence[Query], clauses: Callable[[Query], Clauses], depth: int
    ) -> Mapping[str, float]:
        """The engine against the inverted file; empty where that is what is searched."""
        if self.searcher is None:
            return {}
        exact = self.inverted.search(queries, clauses, depth, tag="exact")
        return accuracy(exact, self.search(queries, clauses, depth, tag="engine"), depth)

    def save(self, folder: Path) -> None:
        """Write the engine's files into a folder of its own; those of the inverted file are the caller's.

        Raises:
            OSError: they cannot be written.
        """
        if self.searcher is not None:
            (folder / ENGINE).mkdir()
            self.searcher.save(folder / ENGINE)


def load_search(saved: Saved, engine: SparseEngine, folder: Path) -> SparseSearch:
    """The search over saved arrays.

    Raises:
        OSError, ValueError, KeyError: the files are damaged.
    """
    return SparseSearch.of(InvertedFile.of(saved), engine, folder)
