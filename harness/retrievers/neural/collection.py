"""Encoding a collection: documents streamed in chunks, each chunk's encodings kept in the cache."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

import numpy as np

from harness.columns import Ints, StringColumn
from harness.records import Document
from harness.retrievers.base import Progress
from harness.retrievers.neural.cache import Encodings, cached
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.rows import by_id

CHUNK: Final = 512
"""Documents encoded and stored at a time; at most so many are encoded twice after an interruption."""


class Encoder(Protocol):
    """A model that turns texts into encodings.

    Attributes:
        identity: hex hash of everything that decides the encodings of documents.
    """

    @property
    def identity(self) -> str: ...  # noqa: D102

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        """The encodings of texts, row by row; ``query`` tells queries from documents."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Collection:
    """An encoded collection of n documents with text.

    Attributes:
        ids: n document ids, ascending in bytes: the number of a document is its place here.
        places: int64[n]: the row of each document in the parts, counted through all of them.
        parts: encodings of one chunk each; documents of equal text share a row inside a chunk. None where
            somebody else took them.
        empty: documents without text; they have no encoding and are never found.
        seconds: time spent encoding.
        stored: documents whose encodings were in the cache.
    """

    ids: StringColumn
    places: Ints
    parts: Sequence[Encodings]
    empty: int
    seconds: float
    stored: int

    @property
    def facts(self) -> dict[str, int | float]:
        """What every neural index tells of its documents."""
        return {
            "documents": len(self.ids),
            "empty_documents": self.empty,
            "encode_seconds": round(self.seconds, 4),
            "documents_from_cache": self.stored,
        }


def text_of(document: Document, fields: Sequence[str]) -> str:
    """The chosen fields with a space between, and none at the ends."""
    return " ".join(getattr(document, field) for field in fields).strip()


def encode_collection(
    documents: Iterable[Document],
    fields: Sequence[str],
    encoder: Encoder,
    progress: Progress | None,
    *,
    take: Callable[[Encodings], None] | None = None,
) -> Collection:
    """Read and encode documents once, in chunks; texts are held one chunk at a time.

    Inside a chunk equal texts are encoded once and in sorted order, so that the order of few documents does
    not change their encodings.

    Args:
        documents: the collection.
        fields: what is encoded.
        encoder: the model.
        progress: told the documents so far.
        take: given each chunk's encodings instead of keeping them all in memory.

    Raises:
        DatasetError: there is no document, or some have the same id.
    """
    ids: list[StringColumn] = []
    places = array("q")
    parts: list[Encodings] = []
    keep = take or parts.append
    read = rows = stored = 0
    seconds = 0.0
    stream = iter(documents)
    while chunk := list(islice(stream, CHUNK)):
        texts = [text_of(document, fields) for document in chunk]
        unique = {text: row for row, text in enumerate(sorted(filter(None, set(texts))), start=rows)}
        if unique:
            begun = time.perf_counter()
            with limited_threads():
                part, known = cached(
                    encoder.identity, list(unique), lambda some: encoder.encode(some, query=False)
                )
            seconds += time.perf_counter() - begun
            keep(part)
            stored += known * sum(map(bool, texts))
        ids.append(StringColumn.from_strings(document.id for document in chunk))
        places.extend(unique.get(text, -1) for text in texts)
        read, rows = read + len(chunk), rows + len(unique)
        if progress:
            progress(read)
    column, where = _joined(ids), np.array(places, dtype=np.int64)
    order = by_id(column)
    order = order[where[order] >= 0]
    return Collection(
        ids=column.take(order),
        places=where[order],
        parts=parts,
        empty=read - len(order),
        seconds=seconds,
        stored=stored,
    )


def _joined(columns: Sequence[StringColumn]) -> StringColumn:
    """The strings of several columns, one column after another."""
    data = np.concatenate([np.empty(0, dtype=np.uint8), *(column.data for column in columns)])
    lengths = np.concatenate([np.zeros(1, dtype=np.int64), *(column.lengths for column in columns)])
    return StringColumn(data, np.cumsum(lengths))


def take_ragged(starts: Ints, places: Ints) -> tuple[Ints, Ints]:
    """Pick rows of a ragged table.

    Args:
        starts: int64[r + 1]; row i has the elements ``starts[i]`` to ``starts[i + 1]``.
        places: int64[n], the rows wanted.

    Returns:
        int64[n + 1], the starts of the rows picked, and int64[e], the positions of their elements.
    """
    lengths = np.diff(starts)[places]
    bounds = np.zeros(len(places) + 1, dtype=np.int64)
    np.cumsum(lengths, out=bounds[1:])
    shift = np.repeat(starts[:-1][places] - bounds[:-1], lengths)
    return bounds, np.arange(bounds[-1], dtype=np.int64) + shift


def joined_starts(parts: Sequence[Encodings]) -> Ints:
    """int64[r + 1]: the starts of the rows of several ragged tables laid one after another."""
    lengths = [np.diff(part["bounds"]) for part in parts]
    return np.concatenate(([0], np.cumsum(np.concatenate([np.empty(0, dtype=np.int64), *lengths])))).astype(
        np.int64
    )
