"""One vector a token, from the last layer of any transformer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from harness.columns import Ints
from harness.errors import CommandError
from harness.retrievers.late_interaction.pooling import clustered
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.transformer import Runner

Precision = Literal["float16", "float32"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TokenEncoder:
    """Last hidden states of length 1, without those of special tokens such as [CLS] and [SEP].

    Attributes:
        transformer: without a head.
        identity: hex hash of everything that decides the vectors of documents.
        precision: how vectors of documents are kept.
        max_length: tokens of a text that the transformer reads, special ones included.
        pool_factor: a document keeps one vector for so many tokens, see the module ``pooling``.
        query_length: shorter queries are filled up with mask tokens to so many tokens, special ones included;
            None leaves them.
    """

    transformer: Runner
    identity: str
    precision: Precision
    max_length: int
    pool_factor: int = 1
    query_length: int | None = None

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        """``bounds`` int64[n + 1] and ``vectors`` [tokens, d], float32 for queries."""
        by_row: dict[int, Any] = {}
        kind = np.dtype("float32" if query else self.precision)
        for batch in self.transformer.batches(self._filled(texts) if query else texts):
            states = batch.output / batch.output.norm(dim=2, keepdim=True).clamp_(min=1e-12)
            kept = batch.mask & ~batch.special
            for row, vectors, chosen in zip(batch.rows, states, kept, strict=True):
                own = vectors[chosen].numpy()
                by_row[row] = (own if query else clustered(own, self.pool_factor)).astype(kind)
        found = [by_row[row] for row in range(len(texts))]
        return {
            "bounds": np.cumsum([0, *map(len, found)], dtype=np.int64),
            "vectors": np.concatenate(found),
        }

    def pieces(self, texts: Sequence[str]) -> list[Ints]:
        """The tokens of documents that have a vector, before any pooling."""
        read = self.transformer.tokenizer(
            list(texts), truncation=True, max_length=self.max_length, return_special_tokens_mask=True
        )
        rows = zip(read["input_ids"], read["special_tokens_mask"], strict=True)
        return [np.array(ids, dtype=np.int64)[np.array(special) == 0] for ids, special in rows]

    def _filled(self, texts: Sequence[str]) -> list[str]:
        """Texts with mask tokens at their ends: query augmentation, Khattab and Zaharia 2020, 3.2."""
        if self.query_length is None:
            return list(texts)
        tokenizer = self.transformer.tokenizer
        if tokenizer.mask_token is None:
            raise CommandError("query_length needs a checkpoint whose tokenizer has a mask token.")
        lengths = map(len, tokenizer(list(texts), verbose=False)["input_ids"])
        return [
            " ".join([text, *[tokenizer.mask_token] * (self.query_length - length)])
            for text, length in zip(texts, lengths, strict=True)
        ]
