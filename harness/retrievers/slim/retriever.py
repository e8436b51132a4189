"""SLIM and SLIM++: sparse token vectors by a masked language model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from harness.records import Document
from harness.retrievers.base import Progress
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.neural.collection import encode_collection
from harness.retrievers.neural.retriever import SPLADE_TINY, NeuralRetriever, PositiveInt, Weights
from harness.retrievers.neural.transformer import Transformer
from harness.retrievers.slim.encoder import SlimEncoder
from harness.retrievers.slim.index import SlimIndex, first_stage
from harness.retrievers.slim.token_file import SparseTokenFile
from harness.retrievers.slim.token_table import TokenTable

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Floor = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slim(NeuralRetriever):
    """MaxSim over sparse token vectors, of the candidates that an inverted index finds.

    M. Li, S. Lin, X. Ma, J. Lin, "SLIM: Sparsified Late Interaction for Multi-Vector Retrieval with Inverted
    Indexes", SIGIR 2023; repositories alexlimh/SLIM and castorini/pyserini. A token's vector has the greatest
    log(1 + max(0, logit)) of its masked-language-model logits. First stage: dot product of the greatest
    weights of a document, rounded, and the fused sums of a query's. Second: the sum over the query's tokens
    of the greatest product with any token of the document, exact. [CLS] is left out, [SEP] counts.

    Attributes:
        routes: entries of the vocabulary that a token's vector keeps.
        fusion: share of the sum over a query's tokens in its first-stage weights; the rest goes to the
            heaviest term.
        document_floor: weights of documents up to this are not in the first stage's index.
        min_idf: first-stage terms of a query need ln(N / df) above it; None keeps all. Pyserini uses 3, which
            leaves some queries without a list.
        candidates: documents of the first stage that are scored, or the depth where that is more. Pyserini
            fetches depth * (min_idf + 1).
        max_length: tokens of a text that are read, special ones included.
        batch_size: texts encoded at a time; each takes max_length * vocabulary * 4 bytes (31 MB for BERT's).
    """

    family: ClassVar[str] = "late-interaction"
    summary: ClassVar[str] = "SLIM, SLIM++: MaxSim over sparse token vectors, candidates by inverted index."
    name: ClassVar[str] = "slim"
    code_version: ClassVar[int] = 1
    undecided: ClassVar[frozenset[str]] = NeuralRetriever.undecided | {
        "fusion",
        "document_floor",
        "min_idf",
        "candidates",
    }

    checkpoint: str = SPLADE_TINY
    routes: PositiveInt = 20
    fusion: Share = 0.99
    document_floor: Floor = 0.5
    min_idf: Floor | None = None
    candidates: PositiveInt = 4000
    max_length: PositiveInt = 256
    batch_size: PositiveInt = 8

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> SlimIndex:
        """Encode the documents, or read their token vectors from the cache, and build the first stage.

        Both go to files by chunks.

        Raises:
            DatasetError: there is no document, or two have the same id.
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the checkpoint cannot be reached, or is no masked language model.
        """
        encoder = self._encoder(self.weights())
        file = SparseTokenFile()
        collection = encode_collection(documents, self.fields, encoder, progress, take=file.append)
        tokens = file.taken(collection.places)
        size = encoder.transformer.vocabulary_size
        inverted = first_stage(collection, tokens, self.document_floor, size)
        return self._index(inverted, tokens, encoder, collection.facts)

    def load(self, folder: Path) -> SlimIndex:
        """Map saved token vectors.

        Raises:
            OSError, ValueError, KeyError: the files are damaged, or made by another encoder.
        """
        weights = self.weights()
        saved = self.saved(folder, weights)
        encoder = self._encoder(weights)
        return self._index(InvertedFile.of(saved), TokenTable.saved(saved), encoder, saved.values["told"])

    def _index(
        self, inverted: InvertedFile, tokens: TokenTable, encoder: SlimEncoder, told: dict[str, int | float]
    ) -> SlimIndex:
        return SlimIndex(
            inverted=inverted,
            tokens=tokens,
            encoder=encoder,
            fusion=self.fusion,
            min_idf=self.min_idf,
            candidates=self.candidates,
            told=told,
        )

    def _encoder(self, weights: Weights) -> SlimEncoder:
        transformer = Transformer(
            weights.folder, head="masked-lm", max_length=self.max_length, batch_size=self.batch_size
        )
        return SlimEncoder(transformer=transformer, identity=weights.identity, routes=self.routes)
