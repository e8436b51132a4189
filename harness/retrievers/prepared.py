"""The stream of a prepare stage, which counts what goes in and what comes out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from harness.records import Document
from harness.retrievers.stages import Preparer

Counts = dict[str, int | float]


@runtime_checkable
class Telling(Protocol):
    """A stream of documents with facts of its own, which are whole when it has been read to its end."""

    @property
    def facts(self) -> Mapping[str, int | float]:
        """For the card."""
        ...


@dataclass(slots=True, kw_only=True)
class Prepared:
    """A preparer with its documents.

    Attributes:
        preparer: changes them.
        source: starts the stream of the documents before.
    """

    preparer: Preparer
    source: Callable[[], Iterable[Document]]
    _counts: Counts | None = field(default=None, init=False)

    def documents(self) -> Iterator[Document]:
        """Start the stream of the documents after; one read to its end is counted."""
        tally = {"documents_read": 0, "characters_read": 0, "documents_given": 0, "characters_given": 0}
        seconds = 0.0
        stream = iter(self.preparer.prepare(_told(self.source(), tally, "read")))
        begun = time.perf_counter()
        for document in _told(stream, tally, "given"):
            seconds += time.perf_counter() - begun
            yield document
            begun = time.perf_counter()
        seconds += time.perf_counter() - begun
        own = stream.facts if isinstance(stream, Telling) else {}
        self._counts = {**tally, **own, "seconds": round(seconds, 4)}

    def counts(self) -> Counts:
        """Documents and characters (of titles and texts) before and after, and the seconds between.

        The stream's own facts stand with them. Where it was not needed, because the index was kept, it is
        read once.
        """
        if self._counts is None:
            for _ in self.documents():
                pass
        return dict(self._counts or {})


def _told(documents: Iterable[Document], tally: dict[str, int], what: str) -> Iterator[Document]:
    for document in documents:
        tally[f"documents_{what}"] += 1
        tally[f"characters_{what}"] += len(document.title) + len(document.text)
        yield document
