"""Weighted terms of a text, from the masked-language-model head of a transformer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from harness.columns import Ints
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.transformer import Batch, Runner
from harness.retrievers.rows import Float32s

Pooling = Literal["max", "sum"]
Activation = Literal["log1p", "log1p-log1p"]
QueryEncoder = Literal["model", "binary", "idf"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpladeEncoder:
    """SPLADE's encoder: w_j = pooling over tokens i of log(1 + max(0, logit_ij)).

    Attributes:
        transformer: with its masked-language-model head.
        identity: hex hash of everything that decides the weights of documents.
        pooling: over the tokens of a text.
        activation: ``log1p``, or ``log1p-log1p`` for log(1 + log(1 + max(0, logit))).
        query_encoder: ``model``, or ``binary`` for the query's own wordpieces with weight 1, or ``idf`` for
            the same with the weights of ``token_weights``.
        token_weights: a weight by token, for ``idf``.
    """

    transformer: Runner
    identity: str
    pooling: Pooling
    query_encoder: QueryEncoder
    activation: Activation = "log1p"
    token_weights: Mapping[str, float] | None = None

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        """``bounds`` int64[n + 1], ``terms`` int32[e] ascending inside a text, ``weights`` float32[e] > 0."""
        if query and self.query_encoder != "model":
            found = [self._wordpieces(text) for text in texts]
        else:
            by_row: dict[int, tuple[Any, Float32s]] = {}
            for batch in self.transformer.batches(texts):
                weights = pooled(batch, self.pooling, self.activation)
                for row, line in zip(batch.rows, weights, strict=True):
                    terms = np.flatnonzero(line > 0).astype(np.int32)
                    by_row[row] = terms, line[terms]
            found = [by_row[row] for row in range(len(texts))]
        return {
            "bounds": np.cumsum([0, *(len(terms) for terms, _ in found)], dtype=np.int64),
            "terms": np.concatenate([terms for terms, _ in found]),
            "weights": np.concatenate([weights for _, weights in found]),
        }

    def _wordpieces(self, text: str) -> tuple[Any, Float32s]:
        pieces = self.transformer.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
        terms = np.unique(np.array(pieces, dtype=np.int32))
        if self.token_weights is None:
            return terms, np.ones(len(terms), dtype=np.float32)
        names = self.transformer.tokenizer.convert_ids_to_tokens(terms.tolist())
        weights = np.array([self.token_weights.get(name, 0.0) for name in names], dtype=np.float32)
        return terms[weights > 0], weights[weights > 0]


def pooled(batch: Batch, pooling: Pooling, activation: Activation = "log1p") -> Float32s:
    """float32[n, vocabulary]: the weights of a batch, over all tokens that are not padding.

    Logarithms grow with their argument, so that the maximum is taken before them. Special tokens count, as in
    the models' training (Formal et al. 2021; repository naver/splade).
    """
    import torch

    with torch.inference_mode():
        parts = [
            torch.cat([_pooled(block, lengths, pooling, activation) for block in blocks], dim=1)
            for lengths, blocks in batch.logits_in_blocks()
        ]
        made: Float32s = torch.cat(parts).float().numpy()
    return made


def _pooled(logits: Any, lengths: list[int], pooling: Pooling, activation: Activation) -> Any:
    """[texts, entries] from logits [tokens, entries] of texts of such lengths, which are written over."""
    import torch

    if pooling == "sum":
        texts = _activated(logits, activation).split(lengths)
        return torch.stack([text.sum(dim=0) for text in texts])
    best = [text.amax(dim=0) if len(text) else text.sum(dim=0) for text in logits.split(lengths)]
    return _activated(torch.stack(best), activation)


def _activated(logits: Any, activation: Activation) -> Any:
    weights = logits.clamp_(min=0.0).log1p_()
    return weights if activation == "log1p" else weights.log1p_()


def pruned(bounds: Ints, terms: Any, weights: Float32s, most: int | None, scale: float | None) -> Encodings:
    """Keep the ``most`` heaviest terms of each text, then quantise to rint(scale * w) without zeros.

    Of equal weights the lower term stays. None leaves a step out.
    """
    rows = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    kept = np.ones(len(terms), dtype=bool)
    if most is not None:
        order = np.lexsort((terms, -weights, rows))
        place = np.empty(len(terms), dtype=np.int64)
        place[order] = np.arange(len(terms)) - bounds[rows]
        kept = place < most
    if scale is not None:
        weights = np.rint(np.float64(scale) * weights.astype(np.float64)).astype(np.float32)
        kept = kept & (weights > 0)
    counts = np.bincount(rows[kept], minlength=len(bounds) - 1)
    return {
        "bounds": np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        "terms": terms[kept],
        "weights": weights[kept],
    }
