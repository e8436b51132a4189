"""MaxSim over the token vectors of any encoder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from harness.records import Document
from harness.retrievers.base import Progress
from harness.retrievers.late_interaction.encoder import Precision, TokenEncoder
from harness.retrievers.late_interaction.index import TokenIndex, build, load
from harness.retrievers.neural.collection import encode_collection
from harness.retrievers.neural.retriever import NeuralRetriever, PositiveInt, Weights
from harness.retrievers.neural.transformer import Transformer


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxSim(NeuralRetriever):
    """The sum over a query's tokens of the greatest cosine with any token of the document. Exact.

    O. Khattab, M. Zaharia, "ColBERT", SIGIR 2020, equation 3; here over the last layer of any checkpoint of
    Hugging Face transformers, without special tokens or projection.

    Attributes:
        max_length: tokens of a text that are read, special ones included.
        pool_factor: a document keeps one vector for so many tokens, the mean of a cluster; 1 keeps all.
        query_length: shorter queries are filled up with mask tokens to so many tokens; None leaves them.
        precision: how token vectors of documents are kept; similarities are computed in float32.
    """

    family: ClassVar[str] = "late-interaction"
    summary: ClassVar[str] = "MaxSim over the token vectors of any encoder, exact search."
    name: ClassVar[str] = "maxsim"
    code_version: ClassVar[int] = 1
    undecided: ClassVar[frozenset[str]] = NeuralRetriever.undecided | {"query_length"}
    later: ClassVar[frozenset[str]] = frozenset({"pool_factor"})

    max_length: PositiveInt = 256
    precision: Precision = "float16"
    pool_factor: PositiveInt = 1
    query_length: PositiveInt | None = None

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> TokenIndex:
        """Encode the documents, or read their token vectors from the cache.

        Raises:
            DatasetError: there is no document, or two have the same id.
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the checkpoint cannot be reached.
        """
        encoder = self.encoder(self.weights())
        return build(encode_collection(documents, self.fields, encoder, progress), encoder)

    def load(self, folder: Path) -> TokenIndex:
        """Map saved token vectors.

        Raises:
            OSError, ValueError, KeyError: the files are damaged, or made by another encoder.
        """
        weights = self.weights()
        return load(self.saved(folder, weights), self.encoder(weights))

    def encoder(self, weights: Weights) -> TokenEncoder:
        """What encodes documents and queries."""
        transformer = Transformer(
            weights.folder, head="base", max_length=self.max_length, batch_size=self.batch_size
        )
        return TokenEncoder(
            transformer=transformer,
            identity=weights.identity,
            precision=self.precision,
            pool_factor=self.pool_factor,
            query_length=self.query_length,
        )
