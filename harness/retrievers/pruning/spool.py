"""A stream of documents that can be read several times, kept in a temporary file."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from types import TracebackType

from harness.records import Document


class Spool:
    """Documents on the disk for as long as the block lasts.

    Args:
        documents: read once, at the start.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        for document in documents:
            self._file.write(json.dumps(document) + "\n")

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Document]:
        """Start anew; one reader at a time."""
        self._file.seek(0)
        for line in self._file:
            yield Document(*json.loads(line))
