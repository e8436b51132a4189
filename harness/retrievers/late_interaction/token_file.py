"""Token vectors that go to the disk as they come."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.columns import Ints
from harness.retrievers.dense.vector_file import VectorFile
from harness.retrievers.late_interaction.encoder import Precision
from harness.retrievers.neural.cache import Encodings


class TokenFile:
    """The token vectors of texts in the order of their coming, in a file without a name.

    Args:
        precision: how they are kept.
    """

    def __init__(self, precision: Precision) -> None:
        self._vectors = VectorFile(precision)
        self._lengths: list[Ints] = []

    def append(self, part: Encodings) -> None:
        """Write what an encoder made of a chunk of texts.

        Raises:
            OSError: the disk is full.
        """
        self._vectors.append(part["vectors"])
        self._lengths.append(np.diff(part["bounds"]))

    @property
    def lengths(self) -> Ints:
        """The number of tokens of each text so far, int64[r]."""
        return np.concatenate([np.empty(0, dtype=np.int64), *self._lengths])

    def taken(self, places: Ints) -> tuple[Ints, Any]:
        """Bounds, int64[n + 1], and vectors, float[t, d] in a file, of the texts at ``places``, int64[n].

        Raises:
            OSError: the disk is full.
        """
        lengths = self.lengths
        chosen = lengths[places]
        firsts = (np.cumsum(lengths) - lengths)[places]
        return np.concatenate(([0], np.cumsum(chosen))), self._vectors.spans(firsts, chosen)
