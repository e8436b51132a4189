"""A sparse vector for each token: its weights for the few entries of the vocabulary it is routed to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.transformer import Batch, Runner
from harness.retrievers.rows import Float32s

DOCUMENT_SCALE: Final = 100
"""First-stage weights of documents become floor(100 * w), as in the authors' program."""
QUERY_SCALE: Final = 256 / 5
"""First-stage weights of queries become rint(51.2 * w), as in Pyserini."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SlimEncoder:
    """Every token but the first ([CLS]) keeps log(1 + max(0, logit)) of its ``routes`` greatest logits.

    Attributes:
        transformer: with its masked-language-model head.
        identity: hex hash of everything that decides the vectors of documents.
        routes: entries of the vocabulary for each token; more where the last ones are equal.
    """

    transformer: Runner
    identity: str
    routes: int

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        """Queries and documents alike.

        Returns:
            ``bounds`` int64[n + 1], the tokens of each text; ``token_bounds`` int64[t + 1], the entries of
            each token; ``terms`` int32[e], ascending inside a token; ``weights`` float32[e], above 0.
        """
        by_row: dict[int, tuple[Ints, Any, Float32s]] = {}
        for batch in self.transformer.batches(texts):
            lengths = batch.mask[:, 1:].sum(dim=1).tolist()
            owners, tokens, terms, weights = routed(batch, self.routes)
            starts = np.searchsorted(owners, np.arange(len(lengths) + 1))
            for place, (row, length) in enumerate(zip(batch.rows, lengths, strict=True)):
                span = slice(starts[place], starts[place + 1])
                counts = np.bincount(tokens[span], minlength=length)
                by_row[row] = counts, terms[span].astype(np.int32), weights[span]
        found = [by_row[row] for row in range(len(texts))]
        return {
            "bounds": np.cumsum([0, *(len(counts) for counts, _, _ in found)], dtype=np.int64),
            "token_bounds": np.cumsum(np.concatenate([[0], *(c for c, _, _ in found)]), dtype=np.int64),
            "terms": np.concatenate([terms for _, terms, _ in found]),
            "weights": np.concatenate([weights for _, _, weights in found]),
        }


def routed(batch: Batch, routes: int) -> tuple[Ints, Ints, Ints, Float32s]:
    """The places that tokens are routed to, as four columns of e: text, token after [CLS], term, weight.

    M. Li, S. Lin, X. Ma, J. Lin, "SLIM: Sparsified Late Interaction for Multi-Vector Retrieval with Inverted
    Indexes", SIGIR 2023, section 3; repository alexlimh/SLIM. Logarithms grow with their argument, so that
    the greatest are chosen before them.
    """
    import torch

    with torch.inference_mode():
        logits = batch.logits()[:, 1:].clamp_(min=0.0)  # large: no copy
        least = logits.topk(min(routes, logits.shape[2]), dim=2).values[:, :, -1:]
        chosen = (logits >= least) & (logits > 0) & batch.mask[:, 1:, None]
        places = chosen.nonzero().numpy()
        weights: Float32s = logits[chosen].log1p().float().numpy()
    return places[:, 0], places[:, 1], places[:, 2], weights


def document_terms(terms: Any, weights: Float32s, floor: float) -> tuple[Ints, Float32s]:
    """The first stage's terms of a document: the greatest floor(100 * w) of any token, above 100 * ``floor``.

    Args:
        terms: int32[e], of all tokens.
        weights: float32[e].
        floor: lesser weights are pruned.

    Returns:
        int64[c] ascending, and float32[c].
    """
    unique, places = np.unique(terms, return_inverse=True)
    greatest = np.zeros(len(unique))
    np.maximum.at(greatest, places, np.floor(weights.astype(np.float64) * DOCUMENT_SCALE))
    kept = greatest > int(floor * DOCUMENT_SCALE)
    return unique[kept].astype(np.int64), greatest[kept].astype(np.float32)


def query_terms(terms: Any, weights: Float32s, fusion: float) -> tuple[Ints, Float32s]:
    """The first stage's terms of a query: ``fusion`` * sum of a term's weights over all tokens.

    The heaviest term of all gets (1 - ``fusion``) times its weight beside, so that the list is led by an
    upper bound of the score with a little of a lower one. Then rint(51.2 * w), without zeros. (Pyserini adds
    the last term that it reads instead of the heaviest.)

    Args:
        terms: int32[e], of all tokens.
        weights: float32[e].
        fusion: 0.99 in Pyserini.

    Returns:
        int64[c] ascending, and float32[c].
    """
    if not len(terms):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
    unique, places = np.unique(terms, return_inverse=True)
    fused: npt.NDArray[Any] = fusion * np.bincount(places, weights=weights.astype(np.float64))
    heaviest = int(np.argmax(weights))
    fused[places[heaviest]] += (1 - fusion) * float(weights[heaviest])
    scaled = np.rint(fused * QUERY_SCALE)
    return unique[scaled > 0].astype(np.int64), scaled[scaled > 0].astype(np.float32)
