"""Sparse token vectors that go to the disk as they come."""

from __future__ import annotations

from typing import Final

import numpy as np

from harness.columns import Ints
from harness.retrievers.dense.vector_file import VectorFile
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.saved_arrays import release
from harness.retrievers.slim.token_table import TokenTable

TOKENS_AT_ONCE: Final = 2**20


class SparseTokenFile:
    """The sparse token vectors of texts in the order of their coming, in files without a name."""

    def __init__(self) -> None:
        self._sizes = VectorFile("int64")
        self._terms, self._weights = VectorFile("int32"), VectorFile("float32")
        self._tokens: list[Ints] = []
        self._entries: list[Ints] = []

    def append(self, part: Encodings) -> None:
        """Write what :class:`harness.retrievers.slim.encoder.SlimEncoder` made of a chunk of texts.

        Raises:
            OSError: the disk is full.
        """
        self._tokens.append(np.diff(part["bounds"]))
        self._entries.append(np.diff(part["token_bounds"][part["bounds"]]))
        self._sizes.append(np.diff(part["token_bounds"])[:, None])
        self._terms.append(part["terms"][:, None])
        self._weights.append(part["weights"][:, None])

    def taken(self, places: Ints) -> TokenTable:
        """The texts at ``places``, int64[n], counted in the order of their coming; the table is in files.

        Raises:
            OSError: the disk is full, or a file cannot be read.
        """
        first_tokens, tokens = _spans(self._tokens, places)
        first_entries, entries = _spans(self._entries, places)
        return TokenTable(
            bounds=np.concatenate(([0], np.cumsum(tokens))),
            token_bounds=_running(self._sizes.spans(first_tokens, tokens).reshape(-1)),
            terms=self._terms.spans(first_entries, entries).reshape(-1),
            weights=self._weights.spans(first_entries, entries).reshape(-1),
        )


def _spans(lengths: list[Ints], places: Ints) -> tuple[Ints, Ints]:
    """Where the elements of the texts at ``places`` begin, and how many there are, int64[n] each."""
    every = np.concatenate([np.empty(0, dtype=np.int64), *lengths])
    return (np.cumsum(every) - every)[places], every[places]


def _running(sizes: Ints) -> Ints:
    """0 and the running sums, int64[t + 1], in a file."""
    made, total = VectorFile("int64"), np.zeros((1, 1), dtype=np.int64)
    made.append(total)
    for start in range(0, len(sizes), TOKENS_AT_ONCE):
        sums = total + np.cumsum(sizes[start : start + TOKENS_AT_ONCE])[:, None]
        made.append(sums)
        total = sums[-1:]
        release(sizes)
    found: Ints = made.mapped().reshape(-1)
    return found
