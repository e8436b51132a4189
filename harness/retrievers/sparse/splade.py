"""SPLADE and its kin: expansion over a vocabulary by a masked language model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from harness.records import Document
from harness.retrievers.base import Progress
from harness.retrievers.engines.sparse import EXACT, SparseEngine, load_search
from harness.retrievers.neural.onnx import Backend, transformer_for
from harness.retrievers.neural.retriever import SPLADE_TINY, NeuralRetriever, PositiveInt, Weights
from harness.retrievers.sparse.encoder import Activation, Pooling, QueryEncoder, SpladeEncoder
from harness.retrievers.sparse.index import SparseIndex, build
from harness.retrievers.sparse.token_weights import read_token_weights

Scale = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Splade(NeuralRetriever):
    """Weighted terms for each text; score = dot product over the terms in common. Exact.

    T. Formal, B. Piwowarski, S. Clinchant, "SPLADE", SIGIR 2021 (``pooling: sum``); T. Formal, C. Lassance,
    B. Piwowarski, S. Clinchant, "SPLADE v2", arXiv:2109.10086 (``pooling: max``; ``query_encoder: binary`` is
    its SPLADE-doc).

    Attributes:
        pooling: over the tokens of a text.
        activation: ``log1p`` for log(1 + relu), or ``log1p-log1p`` for log(1 + log(1 + relu)), as in
            OpenSearch's models from version 3 on.
        query_encoder: ``model``; ``binary`` for the query's own wordpieces with weight 1; or ``idf`` for the
            same with the weights that the checkpoint brings, in ``idf.json`` or in sentence-transformers'
            ``SparseStaticEmbedding`` (Z. Geng et al., arXiv:2411.04403: no model runs over a query).
        document_terms: heaviest terms kept of a document; None for all.
        query_terms: heaviest terms kept of a query; None for all.
        quantisation: weights become rint(quantisation * w), zeros dropped, documents and queries alike; None
            leaves them. The SPLADE repository uses 100, Pyserini 51.2.
        max_length: tokens of a text that are read, special ones included.
        backend: ``torch``, or ``onnx`` for ``model.onnx`` or ``onnx/model.onnx`` of the checkpoint's folder.
        engine: what searches; exact if nothing is said.
        batch_size: texts encoded at a time; with ONNX each takes max_length * vocabulary * 4 bytes (31 MB for
            BERT's).
    """

    family: ClassVar[str] = "learned-sparse"
    summary: ClassVar[str] = "SPLADE: weighted terms from a masked language model, any engine."
    name: ClassVar[str] = "splade"
    code_version: ClassVar[int] = 1
    undecided: ClassVar[frozenset[str]] = NeuralRetriever.undecided | {
        "query_encoder",
        "query_terms",
        "document_terms",
        "quantisation",
        "engine",
    }
    later: ClassVar[frozenset[str]] = frozenset({"activation", "backend"})

    checkpoint: str = SPLADE_TINY
    pooling: Pooling = "max"
    activation: Activation = "log1p"
    query_encoder: QueryEncoder = "model"
    document_terms: PositiveInt | None = None
    query_terms: PositiveInt | None = None
    quantisation: Scale | None = None
    max_length: PositiveInt = 256
    batch_size: PositiveInt = 8
    backend: Backend = "torch"
    engine: SparseEngine = EXACT

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> SparseIndex:
        """Encode the documents, or read their weights from the cache, and invert them.

        Raises:
            DatasetError: there is no document, or two have the same id.
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the checkpoint cannot be reached.
        """
        encoder = self._encoder(self.weights())
        return build(
            documents,
            self.fields,
            encoder,
            progress,
            n_terms=encoder.transformer.vocabulary_size,
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
        weights = self.weights()
        saved = self.saved(folder, weights)
        return SparseIndex(
            engine=load_search(saved, self.engine, folder),
            encoder=self._encoder(weights),
            query_terms=self.query_terms,
            scale=self.quantisation,
            told=saved.values["told"],
        )

    def _reads_onnx(self) -> bool:
        return self.backend == "onnx"

    def _encoder(self, weights: Weights) -> SpladeEncoder:
        transformer = transformer_for(
            self.backend,
            weights.folder,
            head="masked-lm",
            max_length=self.max_length,
            batch_size=self.batch_size,
        )
        own = read_token_weights(Path(weights.folder)) if self.query_encoder == "idf" else None
        return SpladeEncoder(
            transformer=transformer,
            identity=weights.identity,
            pooling=self.pooling,
            activation=self.activation,
            query_encoder=self.query_encoder,
            token_weights=own,
        )
