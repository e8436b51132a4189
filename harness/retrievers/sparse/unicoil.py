"""uniCOIL: one weight for every token of a text, and no expansion of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from harness.errors import UnavailableError
from harness.records import Document
from harness.retrievers.base import Progress
from harness.retrievers.engines.sparse import EXACT, SparseEngine, load_search
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.layers import read_layer
from harness.retrievers.neural.retriever import NeuralRetriever, PositiveInt, Weights
from harness.retrievers.neural.transformer import Transformer
from harness.retrievers.rows import Float32s, Int32s
from harness.retrievers.sparse.index import SparseIndex, build
from harness.retrievers.sparse.splade import Scale

PROJECTION = "tok_proj"
"""The layer's name in the checkpoints of castorini."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UniCoil(NeuralRetriever):
    """w = max(0, a · h + b) for each token's last hidden state h; score = dot product over shared terms.

    J. Lin, X. Ma, arXiv:2106.14807. A term that stands more than once has its greatest weight in a document
    and its sum in a query. Expansion (doc2query-T5, TILDE) is part of the documents that are given.

    Attributes:
        checkpoint: a BERT with a layer ``tok_proj``, such as castorini/unicoil-msmarco-passage.
        quantisation: weights become rint(quantisation * w); None leaves them. Pyserini uses 51.2.
        max_length: tokens of a text that are read, special ones included. The separator at the end is a term
            like others, as in Pyserini; [CLS] is none.
        engine: what searches; exact if nothing is said.
    """

    family: ClassVar[str] = "learned-sparse"
    summary: ClassVar[str] = "uniCOIL: one learned weight for each token of the text, any engine."
    name: ClassVar[str] = "unicoil"
    code_version: ClassVar[int] = 2
    undecided: ClassVar[frozenset[str]] = NeuralRetriever.undecided | {"quantisation", "engine"}

    checkpoint: str
    quantisation: Scale | None = None
    max_length: PositiveInt = 512
    engine: SparseEngine = EXACT

    def index(self, documents: Iterable[Document], *, progress: Progress | None = None) -> SparseIndex:
        """Encode the documents, or read their weights from the cache, and invert them.

        Raises:
            DatasetError: there is no document, or two have the same id.
            MissingExtraError: the packages that read checkpoints are not installed.
            UnavailableError: the checkpoint cannot be reached, or has no such layer.
        """
        encoder = self._encoder(self.weights())
        return build(
            documents,
            self.fields,
            encoder,
            progress,
            n_terms=encoder.transformer.vocabulary_size,
            document_terms=None,
            query_terms=None,
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
            query_terms=None,
            scale=self.quantisation,
            told=saved.values["told"],
        )

    def _encoder(self, weights: Weights) -> UniCoilEncoder:
        transformer = Transformer(
            weights.folder, head="base", max_length=self.max_length, batch_size=self.batch_size
        )
        return UniCoilEncoder(
            transformer=transformer,
            identity=weights.identity,
            projection=read_projection(Path(weights.folder)),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UniCoilEncoder:
    """A transformer and the layer over it: ``projection`` float32[d + 1], the bias last."""

    transformer: Transformer
    identity: str
    projection: Float32s

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        """``bounds`` int64[n + 1], ``terms`` int32[e] ascending inside a text, ``weights`` float32[e] > 0."""
        found: dict[int, tuple[Int32s, Float32s]] = {}
        separator = self.transformer.tokenizer.sep_token_id
        for batch in self.transformer.batches(texts):
            states, ids = batch.output.float().numpy(), batch.ids.numpy()
            weights = np.maximum(states @ self.projection[:-1] + self.projection[-1], 0)
            kept = (batch.mask & (~batch.special | (batch.ids == separator))).numpy()
            for row, line, terms, chosen in zip(batch.rows, weights, ids, kept, strict=True):
                found[row] = merged(terms[chosen], line[chosen], total=query)
        ordered = [found[row] for row in range(len(texts))]
        return {
            "bounds": np.cumsum([0, *(len(terms) for terms, _ in ordered)], dtype=np.int64),
            "terms": np.concatenate([terms for terms, _ in ordered]),
            "weights": np.concatenate([weights for _, weights in ordered]),
        }


def merged(terms: Any, weights: Float32s, *, total: bool) -> tuple[Int32s, Float32s]:
    """Each term once, ascending, with the sum or the greatest of its weights; without zeros."""
    unique, places = np.unique(terms, return_inverse=True)
    made = np.zeros(len(unique), dtype=np.float32)
    (np.add if total else np.maximum).at(made, places, weights)
    return unique[made > 0].astype(np.int32), made[made > 0]


def read_projection(folder: Path) -> Float32s:
    """float32[d + 1]: the weights of the layer ``tok_proj`` and its bias.

    Raises:
        UnavailableError: the folder has no such layer.
    """
    layer = read_layer(folder, PROJECTION)
    weight, bias = layer.get("weight"), layer.get("bias")
    if weight is None or bias is None or len(weight) != 1:
        raise UnavailableError(
            f"The checkpoint in {folder} has no layer {PROJECTION} that gives one weight a token; "
            "the retriever unicoil needs one."
        )
    return np.concatenate([weight[0], bias])
