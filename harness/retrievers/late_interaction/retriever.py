"""MaxSim over the token vectors of ColBERT checkpoints and of any encoder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Final

from harness.records import Document
from harness.retrievers.base import Progress
from harness.retrievers.dense.encoder import DenseEncoder
from harness.retrievers.dense.retriever import Dense
from harness.retrievers.dense.sentence_files import SentenceFiles
from harness.retrievers.late_interaction.colbert import ColbertEncoder
from harness.retrievers.late_interaction.encoder import Precision, TokenEncoder
from harness.retrievers.late_interaction.engine import EXACT, TokenEngine, require_engine
from harness.retrievers.late_interaction.index import TokenIndex, build, load
from harness.retrievers.late_interaction.layout import Layout, read_layout
from harness.retrievers.late_interaction.token_file import TokenFile
from harness.retrievers.neural.collection import encode_collection
from harness.retrievers.neural.retriever import NeuralRetriever, PositiveInt, Weights
from harness.retrievers.neural.transformer import Transformer

ENCODER_LENGTH: Final = 256
"""Tokens read of a text by a transformer that says nothing of ColBERT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxSim(NeuralRetriever):
    """The sum over a query's tokens of the greatest cosine with any token of the document.

    O. Khattab, M. Zaharia, "ColBERT", SIGIR 2020, equation 3. A ColBERT checkpoint brings its projection,
    markers, lengths and punctuation; of any other transformer the last layer is taken, and no special tokens.
    Where that is one of sentence-transformers, the vectors of ``dense`` come from the same reading of a
    collection and are kept for it.

    Attributes:
        layout: what the checkpoint's folder is; ``auto`` tells it by the files.
        max_length: tokens of a document that are read, special ones included; None for the ColBERT
            checkpoint's own, or 256.
        batch_size: texts encoded at a time; few fit a processor's cache and were 1.15 times faster than 32.
        pool_factor: a document keeps one vector for so many tokens, the mean of a cluster; 1 keeps all.
        query_length: shorter queries are filled up with mask tokens to so many tokens; None for the ColBERT
            checkpoint's own, or to leave them.
        precision: how token vectors of documents are kept; similarities are computed in float32.
        engine: what searches; exact if nothing is said.
    """

    family: ClassVar[str] = "late-interaction"
    summary: ClassVar[str] = "MaxSim over the token vectors of ColBERT or any encoder, exact or by PLAID."
    name: ClassVar[str] = "maxsim"
    code_version: ClassVar[int] = 1
    undecided: ClassVar[frozenset[str]] = NeuralRetriever.undecided | {"query_length", "engine", "layout"}
    later: ClassVar[frozenset[str]] = frozenset({"pool_factor"})

    layout: Layout = "auto"
    max_length: PositiveInt | None = None
    batch_size: PositiveInt = 8
    precision: Precision = "float16"
    pool_factor: PositiveInt = 1
    query_length: PositiveInt | None = None
    engine: TokenEngine = EXACT

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> TokenIndex:
        """Encode the documents, or read their token vectors from the cache; they go to a file by chunks.

        Raises:
            DatasetError: there is no document, or two have the same id.
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the checkpoint cannot be reached, or the engine cannot be run.
        """
        weights = self.weights()
        encoder = self.encoder(weights)
        if isinstance(encoder, TokenEncoder):
            encoder = replace(encoder, beside=self._beside(Path(weights.folder)))
        require_engine(self.engine)
        tokens = TokenFile(self.precision)
        collection = encode_collection(documents, self.fields, encoder, progress, take=tokens.append)
        return build(collection, tokens, encoder, self.engine)

    def load(self, folder: Path) -> TokenIndex:
        """Map saved token vectors.

        Raises:
            OSError, ValueError, KeyError: the files are damaged, or made by another encoder or engine.
            UnavailableError: the engine cannot be run.
        """
        weights = self.weights()
        return load(self.saved(folder, weights), self.encoder(weights), self.engine, folder)

    def weights(self) -> Weights:
        """Where the weights lie, with the hash of what decides encodings.

        Raises:
            MissingExtraError: the packages that read them are not installed.
            UnavailableError: the weights cannot be reached, or are of no known layout.
        """
        found = NeuralRetriever.weights(self)
        checkpoint = read_layout(Path(found.folder), self.layout)
        if checkpoint is None:
            beside = self._beside(Path(found.folder))
            return (
                replace(found, identity=_hashed(f"{found.identity} {beside.identity}")) if beside else found
            )
        length = self.max_length or checkpoint.document_length
        return replace(found, identity=_hashed(f"{found.identity} {length}"))

    def _decisive(self) -> dict[str, Any]:
        return {**NeuralRetriever._decisive(self), "max_length": self.max_length or ENCODER_LENGTH}

    def encoder(self, weights: Weights) -> TokenEncoder | ColbertEncoder:
        """What encodes documents and queries.

        Raises:
            UnavailableError: the folder is of no known layout, or of another than the one named.
        """
        checkpoint = read_layout(Path(weights.folder), self.layout)
        if checkpoint is not None:
            return ColbertEncoder(
                checkpoint=checkpoint,
                identity=weights.identity,
                precision=self.precision,
                pool_factor=self.pool_factor,
                query_length=self.query_length,
                document_length=self.max_length,
                batch_size=self.batch_size,
            )
        length = self.max_length or ENCODER_LENGTH
        return TokenEncoder(
            transformer=Transformer(
                weights.folder, head="base", max_length=length, batch_size=self.batch_size
            ),
            identity=weights.identity,
            precision=self.precision,
            max_length=length,
            pool_factor=self.pool_factor,
            query_length=self.query_length,
        )

    def _beside(self, folder: Path) -> DenseEncoder | None:
        """The encoder of ``dense`` at its defaults, if it reads documents as this retriever does.

        So the collection is read once for both, whichever documents' vectors are wanted later.
        """
        if not SentenceFiles(folder).reads_documents_as_they_are(self.max_length or ENCODER_LENGTH):
            return None
        dense = Dense(
            checkpoint=self.checkpoint, revision=self.revision, fields=self.fields, batch_size=self.batch_size
        )
        return dense.reader(dense.weights())


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
