"""Retrieval with a language model that was not trained for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field

from harness.records import Document
from harness.retrievers.base import STRICT_PARAMETERS, Progress, check_parameters
from harness.retrievers.neural.checkpoint import check_checkpoint
from harness.retrievers.neural.language_model import (
    SMOLLM2,
    Precision,
    locate_model,
    model_provenance,
    require_packages,
)
from harness.retrievers.neural.products import computed_by
from harness.retrievers.neural.retriever import Fields, PositiveInt
from harness.retrievers.prompt_reps.encoder import PromptRepsEncoder
from harness.retrievers.prompt_reps.index import PromptRepsIndex, Representation, build, load
from harness.retrievers.saved_arrays import load_arrays

CODE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptReps:
    """S. Zhuang, X. Ma, B. Koopman, J. Lin, G. Zuccon, "PromptReps", EMNLP 2024, arXiv:2404.18424.

    The model is asked for one word that stands for the text. The hidden state that would give this word is
    the dense representation (cosine); the logits of the text's own words at this place, as
    log(1 + max(0, x)), are the sparse one. A hybrid adds both lists, min-max normalised. Stop words are
    Lucene's 33.

    Attributes:
        representation: ``dense``, ``sparse`` or ``hybrid``.
        checkpoint: a causal language model: a folder, ``package:IMPORT_NAME/FILE.gguf``, or a name of the
            hub.
        revision: the hub's commit, needed for a name of the hub.
        fields: what is encoded, joined by a space.
        max_length: tokens of a text, the prompt not counted.
        terms: heaviest terms kept of a text.
        quantisation: weights become rint(quantisation * w).
        alpha: weight of the dense list in a hybrid.
        precision: of weights and computation.
        batch_size: texts encoded at a time; fewer where they have more than 512 tokens together.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "dense"
    summary: ClassVar[str] = "PromptReps: hidden state and logits of a prompted language model, untrained."

    representation: Representation = "hybrid"
    checkpoint: str = SMOLLM2
    revision: str | None = None
    fields: Fields = ("title", "text")
    max_length: PositiveInt = 512
    terms: PositiveInt = 128
    quantisation: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] = 100.0
    alpha: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.5
    precision: Precision = "float32"
    batch_size: PositiveInt = 8

    def __post_init__(self) -> None:
        check_parameters(self)
        check_checkpoint(self.checkpoint, self.revision)

    def provenance(self) -> Mapping[str, str]:
        """The checkpoint's name, and the hub's commit or the hash of its content.

        Raises:
            UnavailableError: the weights cannot be reached.
        """
        return model_provenance(self.checkpoint, self.revision)

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> PromptRepsIndex:
        """Encode the documents, or read their encodings from the cache.

        Raises:
            DatasetError: there is no document, or two have the same id.
            MissingExtraError: the packages that read language models are not installed.
            UnavailableError: the checkpoint cannot be reached.
        """
        encoder = self._encoder()
        return build(
            documents,
            self.fields,
            encoder,
            progress,
            n_terms=encoder.vocabulary_size,
            representation=self.representation,
            alpha=self.alpha,
            scale=self.quantisation,
        )

    def load(self, folder: Path) -> PromptRepsIndex:
        """Map saved representations.

        Raises:
            OSError, ValueError, KeyError: the files are damaged, or made by another encoder.
        """
        encoder, saved = self._encoder(), load_arrays(folder)
        if saved.values["encoder"] != encoder.identity:
            raise ValueError("the index was made by another encoder")
        return load(
            saved, encoder, representation=self.representation, alpha=self.alpha, scale=self.quantisation
        )

    def _encoder(self) -> PromptRepsEncoder:
        gguf = self.checkpoint.endswith(".gguf")
        require_packages("The retriever 'promptreps'", gguf=gguf)
        locate_model(self.checkpoint, self.revision)
        decides = {
            "retriever": "promptreps",
            "code": CODE,
            "weights": dict(self.provenance()),
            "versions": computed_by(["torch", "transformers", *(["gguf"] if gguf else [])]),
            "parameters": [self.max_length, self.terms, self.precision, self.batch_size],
        }
        return PromptRepsEncoder(
            checkpoint=self.checkpoint,
            revision=self.revision,
            precision=self.precision,
            identity=hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest(),
            max_length=self.max_length,
            terms=self.terms,
            batch_size=self.batch_size,
        )
