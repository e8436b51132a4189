"""What the lexical retrievers have in common: one field, one analyzer, one index."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from harness.records import Document
from harness.retrievers.base import STRICT_PARAMETERS, Progress, check_parameters
from harness.retrievers.lexical.analysis import ANALYZERS, AnalyzerName
from harness.retrievers.lexical.index import LexicalIndex, Weighting
from harness.retrievers.lexical.postings import Postings, read_postings

Fields = Annotated[tuple[Literal["title", "text"], ...], Field(strict=False, min_length=1)]
"""The fields of a document that are joined by a space and indexed as one; a YAML list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalRetriever(ABC):
    """A model over the inverted file.

    Attributes:
        fields: what is indexed, joined by a space. Title and text as one field is Anserini's "flat" index.
        analyzer: how text becomes terms; the same for documents and queries.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "lexical"
    summary: ClassVar[str]

    fields: Fields = ("title", "text")
    analyzer: AnalyzerName = "lucene-english"

    def __post_init__(self) -> None:
        check_parameters(self)

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> LexicalIndex:
        """Read the documents once and build the index in memory.

        Raises:
            DatasetError: there is no document, or two have the same id.
        """
        return self._weighed(read_postings(documents, ANALYZERS[self.analyzer], self.fields, progress))

    def load(self, folder: Path) -> LexicalIndex:
        """Map a saved inverted file and weigh it.

        Raises:
            OSError, ValueError, KeyError: the files are damaged.
        """
        return self._weighed(Postings.load(folder))

    def _weighed(self, postings: Postings) -> LexicalIndex:
        return LexicalIndex(
            postings=postings,
            analyzer=ANALYZERS[self.analyzer],
            weighting=self.weigh(postings),
            anserini_ties=self.anserini_ties,
        )

    @property
    def anserini_ties(self) -> bool:
        """Whether rankings are given Anserini's treatment of ties."""
        return False

    @abstractmethod
    def weigh(self, postings: Postings) -> Weighting:
        """Turn frequencies and lengths into the model's numbers."""
