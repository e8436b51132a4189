"""SPLADE on a causal language model: expansion by its next-word logits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from pydantic import ConfigDict

from harness.errors import Problem, SpecError, UnavailableError
from harness.records import Document
from harness.retrievers.base import STRICT_PARAMETERS, Progress, check_parameters
from harness.retrievers.engines.sparse import EXACT, SparseEngine, load_search
from harness.retrievers.neural.checkpoint import check_checkpoint
from harness.retrievers.neural.language_model import (
    Precision,
    locate_model,
    model_provenance,
    require_packages,
)
from harness.retrievers.neural.products import computed_by
from harness.retrievers.neural.retriever import Fields, PositiveInt
from harness.retrievers.saved_arrays import load_arrays
from harness.retrievers.sparse.decoder_encoder import TEXT, DecoderEncoder
from harness.retrievers.sparse.index import SparseIndex, build
from harness.retrievers.sparse.splade import Scale

CODE: Final = 1
ADAPTER: Final = "adapter_config.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoderSplade:
    """Weighted terms from the logits of a language model; score = dot product over the terms in common.

    M. Doshi, V. Kumar, R. Murthy, V. P, J. Sen, "Mistral-SPLADE: LLMs for better Learned Sparse Retrieval",
    arXiv:2408.11119. A token of a causal model sees only what stands before it; so that each sees the whole
    text, the text is read twice and the logits of the second time are pooled (echo embeddings: J. Springer et
    al., arXiv:2402.15449).

    Attributes:
        checkpoint: a causal language model trained for this, adapters merged into its weights: a folder,
            ``package:IMPORT_NAME/FILE.gguf``, or a name of the hub.
        revision: the hub's commit, needed for a name of the hub.
        fields: what is encoded, joined by a space.
        query_template, document_template: what the model reads, with ``{text}`` once or more; the logits of
            its last occurrence are pooled.
        document_terms: heaviest terms kept of a document; None for all.
        query_terms: heaviest terms kept of a query; None for all.
        quantisation: weights become rint(quantisation * w), zeros dropped, documents and queries alike; None
            leaves them.
        max_length: tokens of a text, each occurrence alike; the template's are not counted.
        precision: of weights and computation.
        batch_size: texts encoded at a time; each takes tokens * vocabulary * 4 bytes.
        engine: what searches; exact if nothing is said.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT_PARAMETERS
    family: ClassVar[str] = "learned-sparse"
    summary: ClassVar[str] = "SPLADE on a causal language model that reads a text twice, any engine."

    checkpoint: str
    revision: str | None = None
    fields: Fields = ("title", "text")
    query_template: str = TEXT + TEXT
    document_template: str = TEXT + TEXT
    document_terms: PositiveInt | None = None
    query_terms: PositiveInt | None = None
    quantisation: Scale | None = None
    max_length: PositiveInt = 256
    precision: Precision = "float32"
    batch_size: PositiveInt = 4
    engine: SparseEngine = EXACT

    def __post_init__(self) -> None:
        check_parameters(self)
        check_checkpoint(self.checkpoint, self.revision)
        problems = [
            Problem(name, f"expected a text with {TEXT}, found {value!r}.")
            for name in ("query_template", "document_template")
            if TEXT not in (value := getattr(self, name))
        ]
        if problems:
            raise SpecError("A template has no place for the text:", problems)

    def provenance(self) -> Mapping[str, str]:
        """The checkpoint's name, and the hub's commit or the hash of its content.

        Raises:
            UnavailableError: the weights cannot be reached.
        """
        return model_provenance(self.checkpoint, self.revision)

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> SparseIndex:
        """Encode the documents, or read their weights from the cache, and invert them.

        Raises:
            DatasetError: there is no document, or two have the same id.
            MissingExtraError: the packages that read language models are not installed.
            UnavailableError: the checkpoint cannot be reached, or is an adapter alone.
        """
        encoder = self._encoder()
        return build(
            documents,
            self.fields,
            encoder,
            progress,
            n_terms=encoder.vocabulary_size,
            document_terms=self.document_terms,
            query_terms=self.query_terms,
            scale=self.quantisation,
            engine=self.engine,
        )

    def load(self, folder: Path) -> SparseIndex:
        """Map saved weights.

        Raises:
            OSError, ValueError, KeyError: the files are damaged, or made by another encoder.
        """
        encoder, saved = self._encoder(), load_arrays(folder)
        if saved.values["encoder"] != encoder.identity:
            raise ValueError("the index was made by another encoder")
        return SparseIndex(
            engine=load_search(saved, self.engine, folder),
            encoder=encoder,
            query_terms=self.query_terms,
            scale=self.quantisation,
            told=saved.values["told"],
        )

    def _encoder(self) -> DecoderEncoder:
        gguf = self.checkpoint.endswith(".gguf")
        require_packages("The retriever 'splade-decoder'", gguf=gguf)
        folder = locate_model(self.checkpoint, self.revision)
        if (folder / ADAPTER).is_file():
            raise UnavailableError(
                f"The checkpoint {self.checkpoint} is an adapter ({ADAPTER}), not a whole model; "
                "merge it into its base model first (peft: merge_and_unload) and name the merged folder."
            )
        decides = {
            "retriever": "splade-decoder",
            "code": CODE,
            "weights": dict(self.provenance()),
            "versions": computed_by(["torch", "transformers", *(["gguf"] if gguf else [])]),
            "parameters": [self.document_template, self.max_length, self.precision, self.batch_size],
        }
        return DecoderEncoder(
            checkpoint=self.checkpoint,
            revision=self.revision,
            precision=self.precision,
            identity=hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest(),
            query_template=self.query_template,
            document_template=self.document_template,
            max_length=self.max_length,
            batch_size=self.batch_size,
        )
