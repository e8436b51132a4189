"""Token vectors mapped from files, and what searches them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness.columns import Ints, StringColumn
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.engines.ranked import accuracy
from harness.retrievers.late_interaction.engine import ENGINE, TokenEngine, TokenSearcher, searcher_of
from harness.retrievers.late_interaction.exact import best_documents
from harness.retrievers.late_interaction.token_file import TokenFile
from harness.retrievers.neural.collection import Collection, Encoder, take_ragged
from harness.retrievers.neural.queries import EncodedQueries, encode_queries
from harness.retrievers.rows import Float32s, Found, in_order, to_run
from harness.retrievers.saved_arrays import Saved, parts, save_arrays


@dataclass(slots=True, kw_only=True, eq=False)
class TokenIndex:
    """An index; :class:`harness.retrievers.base.Index` describes ``facts`` and ``search``.

    Attributes:
        ids: n document ids, ascending in bytes.
        bounds: int64[n + 1]; document i has the tokens ``bounds[i]`` to ``bounds[i + 1]``, at least one.
        vectors: float16 or float32 [t, d], each of length 1.
        encoder: for the queries.
        told: facts of the collection.
        searcher: the engine that searches; None for the exact search.
        last: the queries searched last, for the facts.
    """

    ids: StringColumn
    bounds: Ints
    vectors: Any
    encoder: Encoder
    told: Mapping[str, int | float]
    searcher: TokenSearcher | None = None
    last: EncodedQueries | None = None

    @property
    def facts(self) -> Mapping[str, int | float]:
        """Documents, tokens, dimensions; bytes of what is searched; the engine's; seconds for encoding."""
        vectors = self.searcher.size if self.searcher else self.vectors.nbytes + self.bounds.nbytes
        known = {
            **self.told,
            "tokens": len(self.vectors),
            "dimensions": self.vectors.shape[1],
            "index_bytes": vectors + self.ids.data.nbytes + self.ids.offsets.nbytes,
        }
        engine = dict(self.searcher.facts) if self.searcher else {}
        return known | engine | (self.last.facts if self.last else {})

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """Rank documents for every query that has a token.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id.
            UnavailableError: the engine failed.
        """
        asked, bounds, vectors = self._encoded(queries, depth)
        return to_run(self.ids, asked, self.nearest(bounds, vectors, depth) if asked else [], tag)

    def nearest(self, bounds: Ints, vectors: Float32s, depth: int) -> Iterable[Found]:
        """What the index's engine finds for given vectors; :func:`best_documents` describes the arguments."""
        if self.searcher is None or not len(self.ids):
            return self.exact(bounds, vectors, depth)
        return [self.searcher.search(bounds, vectors, depth)]

    def exact(self, bounds: Ints, vectors: Float32s, depth: int) -> Iterable[Found]:
        """The same by the exact search, whatever the engine."""
        return best_documents(bounds, vectors, self.bounds, self.vectors, depth)

    def accuracy(self, queries: Sequence[Query], depth: int) -> Mapping[str, float]:
        """The engine's rankings against the exact ones; empty for the exact search."""
        if self.searcher is None:
            return {}
        asked, bounds, vectors = self._encoded(queries, depth)
        if not asked:
            return {}
        exact = to_run(self.ids, asked, self.exact(bounds, vectors, depth), "exact")
        return accuracy(exact, to_run(self.ids, asked, self.nearest(bounds, vectors, depth), "engine"), depth)

    def save(self, folder: Path) -> None:
        """Write ids, token vectors, the engine's files and the encoder's identity.

        Raises:
            OSError: the folder cannot be written.
        """
        arrays = {**parts("ids", self.ids), "bounds": self.bounds, "vectors": self.vectors}
        save_arrays(folder, arrays, {"encoder": self.encoder.identity, "told": dict(self.told)})
        if self.searcher is not None:
            (folder / ENGINE).mkdir()
            self.searcher.save(folder / ENGINE)

    def _encoded(self, queries: Sequence[Query], depth: int) -> tuple[list[Query], Ints, Float32s]:
        """Queries with text in the order of a run; their bounds int64[q + 1] and vectors float32[u, d]."""
        self.last = encoded = encode_queries(in_order(queries, depth), self.encoder)
        if not encoded.asked:
            return [], np.zeros(1, dtype=np.int64), np.empty((0, 0), dtype=np.float32)
        bounds, positions = take_ragged(encoded.part["bounds"], encoded.places)
        return list(encoded.asked), bounds, encoded.part["vectors"][positions]


def load(saved: Saved, encoder: Encoder, engine: TokenEngine, folder: Path) -> TokenIndex:
    """The index that was saved, its vectors mapped from their file.

    Raises:
        OSError, ValueError, KeyError: the files are damaged, or were made by other versions of an engine.
        UnavailableError: the engine cannot be run.
    """
    bounds, vectors = saved.arrays["bounds"], saved.arrays["vectors"]
    return TokenIndex(
        ids=saved.column("ids"),
        bounds=bounds,
        vectors=vectors,
        encoder=encoder,
        told=saved.values["told"],
        searcher=searcher_of(engine, bounds, vectors, folder),
    )


def build(collection: Collection, tokens: TokenFile, encoder: Encoder, engine: TokenEngine) -> TokenIndex:
    """The index of an encoded collection, whose token vectors lie in a file in the order of its parts.

    Documents without a token are counted as empty.

    Raises:
        UnavailableError: the engine cannot be run.
    """
    filled = tokens.lengths[collection.places] > 0
    bounds, vectors = tokens.taken(collection.places[filled])
    told = dict(collection.facts)
    told["documents"], blank = int(filled.sum()), int((~filled).sum())
    told["empty_documents"] += blank
    return TokenIndex(
        ids=collection.ids.take(np.flatnonzero(filled)),
        bounds=bounds,
        vectors=vectors,
        encoder=encoder,
        told=told,
        searcher=searcher_of(engine, bounds, vectors),
    )
