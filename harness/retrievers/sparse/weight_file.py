"""Weighted terms that go to the disk as they come, and the inverted file that is made of them there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.columns import Ints, StringColumn
from harness.retrievers.dense.vector_file import VectorFile
from harness.retrievers.lexical.inverted import InvertedFile
from harness.retrievers.lexical.transposition import row_blocks, transposed_on_disk
from harness.retrievers.rows import Float32s
from harness.retrievers.saved_arrays import release


class WeightFile:
    """The weighted terms of texts in the order of their coming, in files without a name."""

    def __init__(self) -> None:
        self._terms, self._weights = VectorFile("int32"), VectorFile("float32")
        self._lengths: list[Ints] = []

    def append(self, bounds: Ints, terms: Any, weights: Float32s) -> None:
        """Write the terms of n texts.

        Args:
            bounds: int64[n + 1]; text i has the elements ``bounds[i]`` to ``bounds[i + 1]``.
            terms: int32[e], no term twice in a text.
            weights: float32[e], above 0.

        Raises:
            OSError: the disk is full.
        """
        self._terms.append(terms[:, None])
        self._weights.append(weights[:, None])
        self._lengths.append(np.diff(bounds))

    def changed(self, change: Callable[[Any, Float32s], tuple[Any, Float32s]]) -> WeightFile:
        """The same texts with other terms and weights, of which those of 0 are left out.

        Args:
            change: of int32[e] and float32[e], a block at a time.

        Raises:
            OSError: the disk is full.
        """
        made = WeightFile()
        bounds = np.concatenate(([0], np.cumsum(self._every_length())))
        terms, weights = (file.mapped().reshape(-1) for file in (self._terms, self._weights))
        for first, last in row_blocks(bounds):
            span = slice(bounds[first], bounds[last])
            new, values = change(terms[span], weights[span])
            kept = values > 0
            starts = np.concatenate(([0], np.cumsum(kept)))[bounds[first : last + 1] - bounds[first]]
            made.append(starts, new[kept], values[kept])
            release(terms)
            release(weights)
        return made

    def _every_length(self) -> Ints:
        """The number of terms of each text so far, int64[r]."""
        return np.concatenate([np.empty(0, dtype=np.int64), *self._lengths])

    def inverted(self, ids: StringColumn, places: Ints, n_terms: int) -> InvertedFile:
        """The weighted documents of each term, in files as well.

        Args:
            ids: n document ids, ascending in bytes.
            places: int64[n], the text of each document, counted in the order of their coming.
            n_terms: the size of the vocabulary.

        Raises:
            OSError: the disk is full, or a file cannot be read.
        """
        lengths = self._every_length()
        firsts, chosen = (np.cumsum(lengths) - lengths)[places], lengths[places]
        starts, documents, values = transposed_on_disk(
            np.concatenate(([0], np.cumsum(chosen))),
            self._terms.spans(firsts, chosen).reshape(-1),
            self._weights.spans(firsts, chosen).reshape(-1),
            n_terms,
        )
        return InvertedFile(ids=ids, starts=starts, documents=documents, values=values)
