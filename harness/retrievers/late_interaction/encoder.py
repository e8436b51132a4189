"""One vector a token, from the last layer of any transformer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from harness.columns import Ints
from harness.errors import CommandError, UnavailableError
from harness.retrievers.dense.encoder import DenseEncoder
from harness.retrievers.late_interaction.pooling import clustered
from harness.retrievers.neural.cache import Encodings, keep
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
        beside: a sentence-transformers model that reads documents in place of ``transformer``, if it reads
            the same tokens; the whole vectors that it makes of them are kept under its identity.
    """

    transformer: Runner
    identity: str
    precision: Precision
    max_length: int
    pool_factor: int = 1
    query_length: int | None = None
    beside: DenseEncoder | None = None

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        """``bounds`` int64[n + 1] and ``vectors`` [tokens, d], float32 for queries."""
        if query:
            found = self._alone(self._filled(texts), query=True)
        else:
            found = self._read_by(self.beside, texts) if self.beside else self._alone(texts, query=False)
        return {
            "bounds": np.cumsum([0, *map(len, found)], dtype=np.int64),
            "vectors": np.concatenate(found),
        }

    def _alone(self, texts: Sequence[str], *, query: bool) -> list[Any]:
        """The vectors [t, d] of each text's tokens, special ones left out."""
        by_row: dict[int, Any] = {}
        for batch in self.transformer.batches(texts):
            kept = batch.mask & ~batch.special
            for row, states, chosen in zip(batch.rows, batch.output, kept, strict=True):
                by_row[row] = self._kept(states[chosen], query=query)
        return [by_row[row] for row in range(len(texts))]

    def _read_by(self, sentences: DenseEncoder, texts: Sequence[str]) -> list[Any]:
        """The same of documents; the whole vectors that come with them are kept, too."""
        read, special = self._tokens(texts)
        tokens = [tuple(each) for each in read]
        chosen = {ids: [not each for each in row] for ids, row in zip(tokens, special, strict=True)}
        found: dict[tuple[int, ...], Any] = {}

        def take(ids: tuple[int, ...], states: Any) -> None:
            if ids not in chosen:
                raise UnavailableError(
                    f"The checkpoint in {sentences.folder} does not read documents as its files say; with "
                    f"a max_length other than {self.max_length} its transformer is read alone."
                )
            found[ids] = self._kept(states[chosen[ids]], query=False)

        keep(sentences.identity, texts, sentences.encode_with_tokens(texts, take))
        return [found[ids] for ids in tokens]

    def _kept(self, states: Any, *, query: bool) -> Any:
        """States [t, d] as vectors of length 1, in the precision that they are kept in."""
        own = (states / states.norm(dim=1, keepdim=True).clamp_(min=1e-12)).numpy()
        return own if query else clustered(own, self.pool_factor).astype(self.precision)

    def pieces(self, texts: Sequence[str]) -> list[Ints]:
        """The tokens of documents that have a vector, before any pooling."""
        rows = zip(*self._tokens(texts), strict=True)
        return [np.array(ids, dtype=np.int64)[np.array(special) == 0] for ids, special in rows]

    def _tokens(self, texts: Sequence[str]) -> tuple[Sequence[Sequence[int]], Sequence[Sequence[int]]]:
        """The tokens of texts that are read, and which of them are special."""
        read = self.transformer.tokenizer(
            list(texts), truncation=True, max_length=self.max_length, return_special_tokens_mask=True
        )
        return read["input_ids"], read["special_tokens_mask"]

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
