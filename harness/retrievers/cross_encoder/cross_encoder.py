"""Cross-encoders: a transformer with one output over query and document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from harness.errors import UnavailableError
from harness.records import Document, Query
from harness.retrievers.cross_encoder.base import PairReranker
from harness.retrievers.cross_encoder.onnx_pairs import OnnxPairs
from harness.retrievers.neural.collection import text_of
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.neural.transformer import quiet, readable
from harness.retrievers.stages import Ranked

Pairs = Sequence[tuple[str, str]]
ONE_OUTPUT: Final = "a re-ranker needs a sequence classifier with one output"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossEncoder(PairReranker):
    """The output of a sequence classifier over "[CLS] query [SEP] document [SEP]", without the sigmoid.

    R. Nogueira, K. Cho, "Passage Re-ranking with BERT", arXiv:1901.04085; checkpoints as in
    sentence-transformers. The sigmoid keeps the order and makes ties of good documents.

    Attributes:
        backend: ``onnx`` runs the checkpoint's ``model.onnx`` or ``onnx/model.onnx`` in onnxruntime.
    """

    summary: ClassVar[str] = "A sequence classifier over query and document (sentence-transformers)."
    name: ClassVar[str] = "cross-encoder"

    def open(self) -> PairRanker:
        """Load the model.

        Raises:
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the weights cannot be reached, or are not those of a cross-encoder.
        """
        folder = self.folder()
        if self.backend == "onnx":
            pairs = OnnxPairs(folder, max_length=self.max_length, batch_size=self.batch_size)
            return PairRanker(self.fields, pairs.scores)
        model = _model(folder, self.max_length)

        def scores(pairs: Pairs) -> list[float]:
            made = model.predict(
                list(pairs), batch_size=self.batch_size, show_progress_bar=False, convert_to_numpy=True
            )
            return [float(score) for score in made]

        return PairRanker(self.fields, scores)


class PairRanker:
    """A loaded model: scores of pairs of texts.

    Args:
        fields: read of a document.
        scores: from pairs of query and document to one number each.
    """

    def __init__(self, fields: Sequence[str], scores: Callable[[Pairs], Sequence[float]]) -> None:
        self._fields, self._scores = fields, scores

    def rank(self, query: Query, documents: Sequence[Document], first: Sequence[float]) -> Ranked:
        """Score every document; its place before does not matter."""
        pairs = [(query.text, text_of(document, self._fields)) for document in documents]
        return Ranked(self.scores(pairs), {"pairs": len(pairs)})

    def scores(self, pairs: Pairs) -> list[float]:
        """One number for each pair of query and text."""
        with limited_threads():
            return list(self._scores(pairs))


def _model(folder: Path, max_length: int) -> Any:
    import torch
    from sentence_transformers import CrossEncoder as Model

    with quiet(), readable(str(folder)):
        model = Model(
            str(folder),
            device="cpu",
            max_length=max_length,
            activation_fn=torch.nn.Identity(),
            local_files_only=True,
        )
    if model.config.num_labels != 1:
        raise UnavailableError(
            f"The checkpoint in {folder} has {model.config.num_labels} outputs; {ONE_OUTPUT}."
        )
    return model
