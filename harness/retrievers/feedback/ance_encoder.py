"""ANCE's own encoder: the first token's state through a layer and a normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from harness.errors import UnavailableError
from harness.retrievers.dense.encoder import shaped
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.layers import read_layer
from harness.retrievers.neural.transformer import Transformer
from harness.retrievers.rows import Float32s

HEAD: Final = "embeddingHead"
NORM: Final = "norm"
EPSILON: Final = 1e-5
"""Of the normalisation; torch's default, which ANCE leaves as it is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnceEncoder:
    """norm(W h + b) for the last hidden state h of the first token.

    L. Xiong et al., "Approximate Nearest Neighbor Negative Contrastive Learning for Dense Text Retrieval",
    ICLR 2021; the layers' names are those of microsoft/ANCE and castorini/pyserini.

    Attributes:
        transformer: without a head.
        identity: hex hash of everything that decides the vectors of documents.
        layers: ``weight`` float32[m, d] and ``bias`` float32[m] of ``embeddingHead`` and of ``norm``.
        unit: scale every vector to length 1.
    """

    transformer: Transformer
    identity: str
    layers: tuple[dict[str, Float32s], dict[str, Float32s]]
    unit: bool

    @property
    def tokenizer(self) -> Any:
        """The checkpoint's."""
        return self.transformer.tokenizer

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        """``vectors`` float32[n, m]; queries and documents alike."""
        head, norm = self.layers
        vectors = np.empty((len(texts), len(head["bias"])), dtype=np.float32)
        for batch in self.transformer.batches(texts):
            states = batch.output[:, 0].float().numpy() @ head["weight"].T + head["bias"]
            spread = np.sqrt(states.var(axis=1, keepdims=True) + EPSILON)
            normal = (states - states.mean(axis=1, keepdims=True)) / spread
            vectors[batch.rows] = normal * norm["weight"] + norm["bias"]
        return {"vectors": shaped(vectors, None, self.unit)}


def read_layers(folder: Path) -> tuple[dict[str, Float32s], dict[str, Float32s]]:
    """The layers ``embeddingHead`` and ``norm``.

    Raises:
        UnavailableError: the folder lacks one.
    """
    head, norm = read_layer(folder, HEAD), read_layer(folder, NORM)
    absent = [name for name, layer in ((HEAD, head), (NORM, norm)) if set(layer) != {"weight", "bias"}]
    if absent:
        raise UnavailableError(
            f"The checkpoint in {folder} is neither one of sentence-transformers (modules.json) nor one of "
            f"ANCE's, which has the layers {HEAD} and {NORM}, each with weight and bias; "
            f"{' and '.join(absent)} cannot be found."
        )
    return head, norm
