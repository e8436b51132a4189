"""QualT5: quality as the probability of a word."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from harness.records import Floats
from harness.retrievers.cross_encoder.mono_t5 import MonoT5
from harness.retrievers.cross_encoder.true_false import TrueFalse
from harness.retrievers.neural.cache import Encodings, cached
from harness.retrievers.neural.collection import CHUNK, text_of
from harness.retrievers.neural.retriever import Fields
from harness.retrievers.neural.threads import limited_threads
from harness.retrievers.pruning.quality import QualityPruning
from harness.retrievers.pruning.spool import Spool

PositiveInt = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualT5(QualityPruning):
    """log P("true") against "false" after "Document: … Relevant:", by a T5 trained to judge without a query.

    X. Chang et al., SIGIR 2024; checkpoints ``pyterrier-quality/qt5-tiny``, ``-small``, ``-base``. Qualities
    are kept in the cache of encodings.

    Attributes:
        checkpoint, revision: named as those of the re-ranker ``mono-t5``.
        fields: what is read of a document, joined by a space.
        max_length: tokens of an input; the document is cut.
        batch_size: documents at a time.
    """

    summary: ClassVar[str] = "Drops the documents that a T5 trained for quality finds worst."

    checkpoint: str
    revision: str | None = None
    fields: Fields = ("title", "text")
    max_length: PositiveInt = 512
    batch_size: PositiveInt = 16

    def __post_init__(self) -> None:
        QualityPruning.__post_init__(self)
        self._model()

    def _model(self) -> MonoT5:
        return MonoT5(checkpoint=self.checkpoint, revision=self.revision)

    def provenance(self) -> Mapping[str, str]:
        """The checkpoint's name, and the hub's commit or the hash of the folder's content.

        Raises:
            UnavailableError: the weights cannot be reached.
        """
        return self._model().provenance()

    def qualities(self, documents: Spool) -> Floats:
        """One reading; chunks that were judged before come from the cache."""
        named = f"qual-t5 1 {self.max_length} {self.provenance()['revision']}"
        identity = hashlib.sha256(named.encode()).hexdigest()
        parts = [np.empty(0)]
        model: list[TrueFalse] = []

        def judge(texts: Sequence[str]) -> Encodings:
            if not model:
                folder = self._model().folder()
                length, batch = self.max_length, self.batch_size
                model.append(TrueFalse(folder, words=("true", "false"), max_length=length, batch_size=batch))
            with limited_threads():
                return {"quality": np.array(model[0].scores([("Document:", t, "Relevant:") for t in texts]))}

        for texts in self._chunks(documents):
            parts.append(cached(identity, texts, judge)[0]["quality"])
        return np.concatenate(parts)

    def _chunks(self, documents: Spool) -> Iterator[list[str]]:
        stream = (text_of(document, self.fields) for document in documents)
        while chunk := list(islice(stream, CHUNK)):
            yield chunk
