"""Every document of a small collection as a candidate, for a ranker that reads all of it in its context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from harness.errors import CommandError, DatasetError, Problem
from harness.rankings import Run
from harness.records import Document, Query
from harness.retrievers.base import STRICT_PARAMETERS, Progress, check_parameters
from harness.retrievers.neural.retriever import PositiveInt


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """Finds all documents for every query, in the order of their ids: for long-context retrieval.

    Attributes:
        most: documents that a collection may have; a longer context would not be read in one piece anyway.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "in-context"
    summary: ClassVar[str] = "Every document of a small collection, for rankers that read all of it."

    most: PositiveInt = 2000

    def __post_init__(self) -> None:
        check_parameters(self)

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> EverythingIndex:
        """Keep the ids of the documents that have text.

        Raises:
            DatasetError: there is no document, two have the same id, or there are more than ``most``.
        """
        seen: dict[str, bool] = {}
        for document in documents:
            if document.id in seen:
                message = "two documents have this id."
                raise DatasetError(
                    "Documents must have different ids.", [Problem(repr(document.id), message)]
                )
            seen[document.id] = bool((document.title + document.text).strip())
            if len(seen) > self.most:
                raise DatasetError(
                    f"The collection has more than {self.most} documents, too many for one context; raise "
                    "`most`, or begin with a retriever that selects."
                )
        if not seen:
            raise DatasetError("There is no document to search.")
        if progress:
            progress(len(seen))
        return EverythingIndex(tuple(sorted(name for name, has_text in seen.items() if has_text)), len(seen))


class EverythingIndex:
    """The ids of a collection's documents with text, ascending."""

    def __init__(self, ids: tuple[str, ...], documents: int) -> None:
        self.ids, self.documents = ids, documents

    @property
    def facts(self) -> Mapping[str, int | float]:
        """How many documents there are, and how many have no text."""
        return {
            "documents": len(self.ids),
            "empty_documents": self.documents - len(self.ids),
            "index_bytes": sum(len(name.encode()) for name in self.ids),
        }

    def search(self, queries: Sequence[Query], depth: int, *, tag: str) -> Run:
        """The first ``depth`` documents for every query that has text.

        Raises:
            CommandError: ``depth`` is below 1.
            DatasetError: two queries have the same id.
        """
        if depth < 1:
            raise CommandError(f"depth must be at least 1, found {depth}.")
        names = [query.id for query in queries]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            problems = [Problem(repr(name), "two queries have this id.") for name in repeated]
            raise DatasetError("Queries must have different ids.", problems)
        found = {name: float(-place) for place, name in enumerate(self.ids[:depth])}
        return Run.from_dict({query.id: found for query in queries if query.text.strip()}, tag)
