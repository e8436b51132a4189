"""What stages work on and what they leave: the corpus, what a stage did, what a pipeline gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.rankings import Run
from harness.records import Document

StageProgress = Callable[[str, int], None]
"""Called now and then with what is counted, for example ``documents indexed``, and how many are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Documents as a stream that can be started anew, and the hash of what decides them."""

    documents: Callable[[], Iterable[Document]]
    key: str

    def lookup(self, wanted: Iterable[str]) -> Mapping[str, Document]:
        """The wanted documents, by id; reads the stream once."""
        names = set(wanted)
        return {document.id: document for document in self.documents() if document.id in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDone:
    """What a stage was and did; :class:`harness.runfiles.card.StageCard` says what the fields mean."""

    kind: str
    name: str
    parameters: Mapping[str, Any]
    depth: int | None
    provenance: Mapping[str, str]
    seconds: float
    facts: Mapping[str, Any]
    key: str
    cached: bool
    branches: tuple[tuple[StageDone, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What running a pipeline gives.

    Attributes:
        run: the last stage's.
        stages: what each did, in order.
        index_seconds: wall time of preparing and indexing, in all stages and branches.
        search_seconds: wall time of everything else.
        index_facts: of the first retriever's index.
        provenance: empty, or the weights of the last stage that has some.
    """

    run: Run
    stages: tuple[StageDone, ...]
    index_seconds: float
    search_seconds: float
    index_facts: Mapping[str, Any]
    provenance: Mapping[str, str]
