"""monoT5: relevance as the probability of a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from harness.records import Document, Query
from harness.retrievers.cross_encoder.base import PairReranker
from harness.retrievers.cross_encoder.true_false import TrueFalse
from harness.retrievers.neural.collection import text_of
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.stages import Ranked

Word = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonoT5(PairReranker):
    """log P("true") against "false" after "Query: … Document: … Relevant:".

    R. Nogueira, Z. Jiang, R. Pradeep, J. Lin, "Document Ranking with a Pretrained Sequence-to-Sequence
    Model", Findings of EMNLP 2020. Where an input is too long, the document is cut, so that
    "Relevant:" stays.

    Attributes:
        relevant, irrelevant: the words; multilingual models have ``yes`` and ``no``.
        backend: ``onnx`` runs the checkpoint's ``encoder_model.onnx`` and ``decoder_model.onnx``.
    """

    summary: ClassVar[str] = "monoT5: the log probability of the word true."
    name: ClassVar[str] = "mono-t5"

    relevant: Word = "true"
    irrelevant: Word = "false"

    def open(self) -> MonoT5Ranker:
        """Load the model.

        Raises:
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the weights cannot be reached, or lack one of the words.
        """
        model = TrueFalse(
            self.folder(),
            words=(self.relevant, self.irrelevant),
            max_length=self.max_length,
            batch_size=self.batch_size,
            backend=self.backend,
        )
        return MonoT5Ranker(self.fields, model)


class MonoT5Ranker:
    """The loaded model.

    Args:
        fields: read of a document.
        model: scores inputs.
    """

    def __init__(self, fields: Sequence[str], model: TrueFalse) -> None:
        self._fields, self._model = fields, model

    def rank(self, query: Query, documents: Sequence[Document], first: Sequence[float]) -> Ranked:
        """Score every document; its place before does not matter."""
        pairs = [(query.text, text_of(document, self._fields)) for document in documents]
        return Ranked(self.scores(pairs), {"pairs": len(pairs)})

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """One log probability for each pair of query and text."""
        inputs = [(f"Query: {query} Document:", text, "Relevant:") for query, text in pairs]
        with limited_threads():
            return self._model.scores(inputs)
