"""Token vectors in memory and the exact search over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from harness.columns import Ints, StringColumn
from harness.rankings import Run
from harness.records import Query
from harness.retrievers.late_interaction.maxsim import maxsim, token_blocks
from harness.retrievers.neural.collection import Collection, Encoder, joined_starts, take_ragged
from harness.retrievers.neural.queries import EncodedQueries, encode_queries
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.rows import Float32s, Found, in_order, to_run
from harness.retrievers.saved_arrays import Saved, parts, save_arrays
from harness.retrievers.selection import NO_FLOOR, offer, unpack

QUERY_TOKENS_AT_ONCE: Final = 512
DOCUMENT_TOKENS_AT_ONCE: Final = 4096


@dataclass(slots=True, kw_only=True, eq=False)
class TokenIndex:
    """An index in memory; :class:`harness.retrievers.base.Index` describes ``facts`` and ``search``.

    Attributes:
        ids: n document ids, ascending in bytes.
        bounds: int64[n + 1]; document i has the tokens ``bounds[i]`` to ``bounds[i + 1]``, at least one.
        vectors: float16 or float32 [t, d], each of length 1.
        encoder: for the queries.
        told: facts of the collection.
        last: the queries searched last, for the facts.
    """

    ids: StringColumn
    bounds: Ints
    vectors: Any
    encoder: Encoder
    told: Mapping[str, int | float]
    last: EncodedQueries | None = None

    @property
    def facts(self) -> Mapping[str, int | float]:
        """Documents, tokens, dimensions, bytes; seconds for encoding the documents and the last queries."""
        arrays = (self.vectors, self.bounds, self.ids.data, self.ids.offsets)
        known = {
            **self.told,
            "tokens": len(self.vectors),
            "dimensions": self.vectors.shape[1],
            "index_bytes": sum(array.nbytes for array in arrays),
        }
        return known | (self.last.facts if self.last else {})

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """Rank all documents for every query that has a token.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id.
        """
        ordered = in_order(queries, depth)
        self.last = encoded = encode_queries(ordered, self.encoder)
        if not encoded.asked:
            return to_run(self.ids, [], [], tag)
        bounds, positions = take_ragged(encoded.part["bounds"], encoded.places)
        vectors = encoded.part["vectors"][positions]
        return to_run(self.ids, encoded.asked, self._found(bounds, vectors, depth), tag)

    def save(self, folder: Path) -> None:
        """Write ids, token vectors and the encoder's identity.

        Raises:
            OSError: the folder cannot be written.
        """
        arrays = {**parts("ids", self.ids), "bounds": self.bounds, "vectors": self.vectors}
        save_arrays(folder, arrays, {"encoder": self.encoder.identity, "told": dict(self.told)})

    def _found(self, bounds: Ints, vectors: Float32s, depth: int) -> Iterator[Found]:
        kept = min(depth, len(self.ids))
        for first, last in token_blocks(bounds, QUERY_TOKENS_AT_ONCE):
            some, tokens = bounds[first : last + 1] - bounds[first], vectors[bounds[first] : bounds[last]]
            keys = np.empty((last - first, 2 * kept + 512), dtype=np.int64)
            counts, floors = np.zeros(last - first, dtype=np.int64), np.full(last - first, NO_FLOOR)
            if len(tokens):
                with limited_threads():
                    for start, stop in token_blocks(self.bounds, DOCUMENT_TOKENS_AT_ONCE):
                        inner = self.bounds[start : stop + 1] - self.bounds[start]
                        block = self.vectors[self.bounds[start] : self.bounds[stop]]
                        scores = maxsim(tokens, some, block.astype(np.float32, copy=False), inner)
                        offer(scores, start, keys, counts, floors, kept)
            numbers = np.empty((last - first, kept), dtype=np.int32)
            values = np.empty(numbers.shape, dtype=np.float32)
            unpack(keys, counts, numbers, values)
            yield Found.of(numbers, values, counts)


def load(saved: Saved, encoder: Encoder) -> TokenIndex:
    """The index that was saved, its vectors mapped from their file.

    Raises:
        KeyError: an array is absent.
    """
    return TokenIndex(
        ids=saved.column("ids"),
        bounds=saved.arrays["bounds"],
        vectors=saved.arrays["vectors"],
        encoder=encoder,
        told=saved.values["told"],
    )


def build(collection: Collection, encoder: Encoder) -> TokenIndex:
    """The index of an encoded collection; documents without a token are counted as empty."""
    starts = joined_starts(collection.parts)
    filled = np.diff(starts)[collection.places] > 0
    bounds, positions = take_ragged(starts, collection.places[filled])
    parts = [part["vectors"] for part in collection.parts] or [np.empty((0, 0), dtype=np.float32)]
    told = dict(collection.facts)
    told["documents"], blank = int(filled.sum()), int((~filled).sum())
    told["empty_documents"] += blank
    return TokenIndex(
        ids=collection.ids.take(np.flatnonzero(filled)),
        bounds=bounds,
        vectors=np.concatenate(parts)[positions],
        encoder=encoder,
        told=told,
    )
