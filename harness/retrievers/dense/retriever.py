"""Dense retrieval with any checkpoint of sentence-transformers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

from harness.records import Document
from harness.retrievers.base import Progress
from harness.retrievers.dense.encoder import DenseEncoder
from harness.retrievers.dense.index import DenseIndex, build, load
from harness.retrievers.dense.onnx_encoder import CODE, OnnxDenseEncoder
from harness.retrievers.dense.vector_file import VectorFile
from harness.retrievers.engines.dense import EXACT, DenseEngine
from harness.retrievers.neural.collection import Encoder, encode_collection
from harness.retrievers.neural.onnx import Backend
from harness.retrievers.neural.retriever import NeuralRetriever, PositiveInt, Weights

_Kind = TypeVar("_Kind", DenseEncoder, OnnxDenseEncoder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense(NeuralRetriever):
    """One vector for each text; a document's score is the similarity of its vector to the query's.

    V. Karpukhin et al., "Dense Passage Retrieval for Open-Domain Question Answering", EMNLP 2020; encoders as
    in N. Reimers, I. Gurevych, "Sentence-BERT", EMNLP 2019.

    Attributes:
        query_prompt: put before every query; None for the checkpoint's own, "" for none.
        document_prompt: put before every document; the same.
        similarity: ``cosine``, or ``dot`` for the vectors as the checkpoint gives them.
        dimensions: leading dimensions kept (Matryoshka); None for all. Cosine scales after the cut.
        max_length: tokens of a text that are read, special ones included; None for the checkpoint's own.
        batch_size: texts encoded at a time; few fit a processor's cache and were 1.2 times faster than 32.
        backend: ``torch``, or ``onnx`` for ``model.onnx`` or ``onnx/model.onnx`` of the checkpoint's folder.
        engine: what searches; exact if nothing is said.
    """

    family: ClassVar[str] = "dense"
    summary: ClassVar[str] = "One vector a text from a sentence-transformers checkpoint, any engine."
    name: ClassVar[str] = "dense"
    code_version: ClassVar[int] = 1
    undecided: ClassVar[frozenset[str]] = NeuralRetriever.undecided | {"query_prompt", "engine"}
    later: ClassVar[frozenset[str]] = frozenset({"backend"})

    query_prompt: str | None = None
    document_prompt: str | None = None
    similarity: Literal["cosine", "dot"] = "cosine"
    dimensions: PositiveInt | None = None
    max_length: PositiveInt | None = None
    batch_size: PositiveInt = 8
    backend: Backend = "torch"
    engine: DenseEngine = EXACT

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> DenseIndex:
        """Encode the documents, or read their vectors from the cache; they go to a file chunk by chunk.

        Raises:
            DatasetError: there is no document, or two have the same id.
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the checkpoint cannot be reached.
        """
        encoder, vectors = self._encoder(self.weights()), VectorFile()
        collection = encode_collection(
            documents, self.fields, encoder, progress, take=lambda part: vectors.append(part["vectors"])
        )
        return build(collection, vectors, encoder, self.engine)

    def load(self, folder: Path) -> DenseIndex:
        """Map saved vectors.

        Raises:
            OSError, ValueError, KeyError, RuntimeError: the files are damaged, or made by another encoder.
        """
        weights = self.weights()
        return load(self.saved(folder, weights), self._encoder(weights), self.engine, folder)

    def _reads_onnx(self) -> bool:
        return self.backend == "onnx"

    def _decisive(self) -> dict[str, Any]:
        own = {"onnx": CODE} if self.backend == "onnx" else {}
        return NeuralRetriever._decisive(self) | own

    def _encoder(self, weights: Weights) -> Encoder:
        return self._made(OnnxDenseEncoder, weights) if self.backend == "onnx" else self.reader(weights)

    def reader(self, weights: Weights) -> DenseEncoder:
        """What encodes texts by torch."""
        return self._made(DenseEncoder, weights)

    def _made(self, kind: type[_Kind], weights: Weights) -> _Kind:
        return kind(
            folder=weights.folder,
            identity=weights.identity,
            query_prompt=self.query_prompt,
            document_prompt=self.document_prompt,
            dimensions=self.dimensions,
            unit=self.similarity == "cosine",
            max_length=self.max_length,
            batch_size=self.batch_size,
        )
