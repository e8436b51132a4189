"""The cascade inside a document: a cheap scorer picks passages, an expensive one scores them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from harness.records import Document, Query
from harness.retrievers.base import STRICT_PARAMETERS, check_parameters
from harness.retrievers.cross_encoder.cross_encoder import CrossEncoder
from harness.retrievers.cross_encoder.mono_t5 import MonoT5
from harness.retrievers.cross_encoder.scorers import ScorerName, scorer_of
from harness.retrievers.lexical.bm25 import BM25
from harness.retrievers.passages.windows import Windows
from harness.retrievers.stages import Ranked, Ranker, document_of

PositiveInt = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageCascade:
    """The passages of a document that BM25 likes best are scored; it gets their greatest or mean.

    S. Hofstätter et al., "Intra-Document Cascading: Learning to Select Passages for Neural Document Ranking",
    SIGIR 2021, with BM25 over the windows of the query's documents in place of the distilled student.

    Attributes:
        words, stride: the windows, as those of the preparer ``windows``.
        passages: windows of a document that are scored.
        aggregate: of their scores.
        scorer: the expensive one: ``cross-encoder`` or ``mono-t5``.
        scorer_parameters: its parameters.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "cross-encoder"
    summary: ClassVar[str] = "BM25 picks a document's passages, a cross-encoder scores them."

    words: PositiveInt = 64
    stride: PositiveInt = 50
    passages: PositiveInt = 4
    aggregate: Literal["max", "mean"] = "max"
    scorer: ScorerName = "cross-encoder"
    scorer_parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_parameters(self)
        Windows(words=self.words, stride=self.stride)
        self._scorer()

    def _scorer(self) -> CrossEncoder | MonoT5:
        return scorer_of(self.scorer, self.scorer_parameters)

    def provenance(self) -> Mapping[str, str]:
        """The scorer's checkpoint."""
        return self._scorer().provenance()

    def open(self) -> CascadeRanker:
        """Load the scorer.

        Raises:
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the weights cannot be reached.
        """
        return CascadeRanker(self, self._scorer().open())


class CascadeRanker:
    """The cascade with its scorer loaded.

    Args:
        parameters: of the cascade.
        scorer: scores passages.
    """

    def __init__(self, parameters: PassageCascade, scorer: Ranker) -> None:
        self._parameters, self._scorer = parameters, scorer

    def rank(self, query: Query, documents: Sequence[Document], first: Sequence[float]) -> Ranked:
        """Score each document by its picked passages."""
        given = self._parameters
        cut = list(Windows(words=given.words, stride=given.stride).prepare(documents))
        chosen = self._picked(query, cut)
        scored = self._scorer.rank(query, chosen, [0.0] * len(chosen))
        found: dict[str, list[float]] = {}
        for passage, score in zip(chosen, scored.scores, strict=True):
            found.setdefault(document_of(passage.id), []).append(score)
        scores = [
            max(found[d.id]) if given.aggregate == "max" else math.fsum(found[d.id]) / len(found[d.id])
            for d in documents
        ]
        return Ranked(scores, {**scored.counts, "passages": len(cut)})

    def _picked(self, query: Query, passages: Sequence[Document]) -> list[Document]:
        """The best passages of every document; those without a word of the query come last, in order."""
        run = BM25(ties="none").index(passages).search([query], len(passages), tag="").to_dict()
        scores = run.get(query.id, {})
        picked: list[Document] = []
        kept: dict[str, int] = {}
        for passage in sorted(passages, key=lambda each: -scores.get(each.id, 0.0)):
            document = document_of(passage.id)
            if kept.get(document, 0) < self._parameters.passages:
                kept[document] = kept.get(document, 0) + 1
                picked.append(passage)
        return picked
