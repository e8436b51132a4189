"""One vector a token, from the last layer of any transformer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.transformer import Transformer

Precision = Literal["float16", "float32"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TokenEncoder:
    """Last hidden states of length 1, without those of special tokens such as [CLS] and [SEP].

    Attributes:
        transformer: without a head.
        identity: hex hash of everything that decides the vectors of documents.
        precision: how vectors of documents are kept.
    """

    transformer: Transformer
    identity: str
    precision: Precision

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        """``bounds`` int64[n + 1] and ``vectors`` [tokens, d], float32 for queries."""
        by_row: dict[int, Any] = {}
        kind = np.dtype("float32" if query else self.precision)
        for batch in self.transformer.batches(texts):
            states = batch.output / batch.output.norm(dim=2, keepdim=True).clamp_(min=1e-12)
            kept = batch.mask & ~batch.special
            for row, vectors, chosen in zip(batch.rows, states, kept, strict=True):
                by_row[row] = vectors[chosen].numpy().astype(kind)
        found = [by_row[row] for row in range(len(texts))]
        return {
            "bounds": np.cumsum([0, *map(len, found)], dtype=np.int64),
            "vectors": np.concatenate(found),
        }
