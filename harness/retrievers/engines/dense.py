"""Engines for vectors, behind one interface, and the search that uses one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, Protocol

from pydantic import ConfigDict, Field

from harness.columns import StringColumn
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.base import STRICT_PARAMETERS
from harness.retrievers.engines.binary import BinaryCodes
from harness.retrievers.engines.faiss_engines import FaissFlat, Hnsw, IvfPq
from harness.retrievers.engines.nearest import nearest
from harness.retrievers.engines.ranked import accuracy
from harness.retrievers.packages import require
from harness.retrievers.rows import Float32s, Found, to_run
from harness.retrievers.saved_arrays import release

ENGINE: Final = "engine"


class Searcher(Protocol):
    """An engine with its index; ``size`` is that of its files in bytes."""

    @property
    def size(self) -> int: ...  # noqa: D102

    def search(self, queries: Float32s, depth: int) -> list[Found]:
        """Rank vectors for queries, float32[q, d]; all q rankings, in one part or more."""
        ...

    def save(self, folder: Path) -> None:
        """Write the engine's own files, from which its ``load`` makes the same index."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactVectors:
    """The harness's own search: products with all vectors, in single precision."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "every"
    summary: ClassVar[str] = "The harness's own: every posting, every vector."

    name: Literal["exact"] = "exact"


EXACT: Final = ExactVectors()

DenseEngine = Annotated[ExactVectors | FaissFlat | Hnsw | IvfPq | BinaryCodes, Field(discriminator="name")]
"""In a YAML file ``engine: {name: ..., ...}``, with the engine's parameters."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DenseSearch:
    """Vectors and, maybe, another engine that searches them.

    Attributes:
        ids: n document ids, ascending in bytes.
        vectors: float32[n, d].
        searcher: the other engine; None for the exact search.
    """

    ids: StringColumn
    vectors: Float32s
    searcher: Searcher | None = None

    @classmethod
    def of(
        cls, ids: StringColumn, vectors: Float32s, engine: DenseEngine, folder: Path | None = None
    ) -> DenseSearch:
        """Build the engine's index, or read it from a folder that :meth:`save` wrote.

        Raises:
            MissingExtraError: the engine's package is not installed.
            OSError, ValueError, RuntimeError: the folder's files are damaged.
        """
        if isinstance(engine, ExactVectors) or not len(vectors):
            return cls(ids=ids, vectors=vectors)
        require(engine)
        searcher: Searcher = engine.load(folder / ENGINE, vectors) if folder else engine.build(vectors)
        release(vectors)
        return cls(ids=ids, vectors=vectors, searcher=searcher)

    @property
    def size(self) -> int:
        """Bytes of what is searched, with the ids."""
        searched = self.searcher.size if self.searcher else self.vectors.nbytes
        return int(searched + self.ids.data.nbytes + self.ids.offsets.nbytes)

    def search(self, asked: list[Query], queries: Float32s, depth: int, *, tag: str) -> Run:
        """Rank vectors for queries in the order of a run, float32[q, d]."""
        if self.searcher is None:
            return self.exact(asked, queries, depth, tag=tag)
        return to_run(self.ids, asked, self.searcher.search(queries, depth), tag)

    def exact(self, asked: list[Query], queries: Float32s, depth: int, *, tag: str) -> Run:
        """The same, whatever the engine, exactly."""
        return to_run(self.ids, asked, nearest(queries, self.vectors, depth), tag)

    def accuracy(self, asked: list[Query], queries: Float32s, depth: int) -> Mapping[str, float]:
        """The engine against the exact search; empty where that is what is used."""
        if self.searcher is None:
            return {}
        exact = self.exact(asked, queries, depth, tag="exact")
        return accuracy(exact, self.search(asked, queries, depth, tag="engine"), depth)

    def save(self, folder: Path) -> None:
        """Write the engine's files into a folder of its own; ids and vectors are the caller's.

        Raises:
            OSError: they cannot be written.
        """
        if self.searcher is not None:
            (folder / ENGINE).mkdir()
            self.searcher.save(folder / ENGINE)
