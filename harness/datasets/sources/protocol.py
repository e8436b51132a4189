"""What every source of data can do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from harness.records import Document, Qrels, Query


class Source(Protocol):
    """Documents, queries and judgments of one collection, as they lie in its files.

    Each call starts from the beginning. Data that cannot be reached raises ``UnavailableError``, malformed
    data ``DatasetError`` with ``file:line``, an absent package ``MissingExtraError``. Quirks are not applied
    here.
    """

    def documents(self) -> Iterator[Document]:
        """All documents, one at a time, in the collection's own order."""
        ...

    def queries(self) -> Iterator[Query]:
        """All queries that the source offers, judged or not."""
        ...

    def qrels(self, split: str) -> Qrels:
        """The judgments of a split; a source whose name fixes the split ignores ``split``."""
        ...
