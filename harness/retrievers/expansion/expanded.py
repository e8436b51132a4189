"""The stream of documents that an expansion gives, and what it tells of the file of queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.errors import DatasetError, Problem
from harness.records import Document


@dataclass(slots=True, kw_only=True)
class Tally:
    """How well a file of queries fits the documents.

    Attributes:
        place: of the file.
        first: id of the first document.
        expanded: documents, or passages, that got at least one query.
        lines: of the file.
        unused: lines of ids that the collection lacks.
    """

    place: str
    first: str | None = None
    expanded: int = 0
    lines: int = 0
    unused: int = 0

    def count(self, document: Document, queries: list[str]) -> None:
        """Note one document with the queries that it gets."""
        self.first = document.id if self.first is None else self.first
        self.expanded += bool(queries)

    def finish(self, lines: int, unused: int) -> None:
        """Note what the file held, after the last document.

        Raises:
            DatasetError: there are documents, and none got a query.
        """
        self.lines, self.unused = lines, unused
        if self.first is None or self.expanded:
            return
        message = (
            "neither it nor any other gets a query; lines of ids that the collection lacks: "
            f"{unused} of {lines}."
        )
        raise DatasetError(
            f"The queries of {self.place} expand no document of the collection:",
            [Problem(f"document {self.first}", message)],
        )

    @property
    def facts(self) -> dict[str, int | float]:
        """``documents_expanded`` and ``unused_lines``, for the card."""
        return {"documents_expanded": self.expanded, "unused_lines": self.unused}


class Expanded(Iterator[Document]):
    """Documents in a stream; ``facts`` are whole when it has been read to its end.

    Args:
        place: of the file of queries.
        start: starts the stream, which keeps the tally that it is given.
    """

    def __init__(self, place: str, start: Callable[[Tally], Iterator[Document]]) -> None:
        self._tally = Tally(place=place)
        self._documents = start(self._tally)

    def __next__(self) -> Document:
        return next(self._documents)

    @property
    def facts(self) -> dict[str, int | float]:
        """As of :class:`Tally`."""
        return self._tally.facts
