"""Sparse vectors of the tokens of texts, in memory or in files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.retrievers.neural.collection import joined_starts, take_ragged
from harness.retrievers.rows import Float32s, Int32s
from harness.retrievers.saved_arrays import Saved, release


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TokenTable:
    """Sparse vectors of the tokens of n texts.

    Attributes:
        bounds: int64[n + 1]; text i has the tokens ``bounds[i]`` to ``bounds[i + 1]``.
        token_bounds: int64[t + 1]; token i has the entries ``token_bounds[i]`` to ``token_bounds[i + 1]``.
        terms: int32[e].
        weights: float32[e], above 0.
    """

    bounds: Ints
    token_bounds: Ints
    terms: Int32s
    weights: Float32s

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All four, by name."""
        names = ("bounds", "token_bounds", "terms", "weights")
        return {f"token_{name}": getattr(self, name) for name in names}

    @classmethod
    def of(cls, parts: Sequence[Mapping[str, Any]], places: Ints) -> TokenTable:
        """The texts at ``places``, counted through all encodings."""
        bounds, tokens = take_ragged(joined_starts(parts), places)
        own = joined_starts([{"bounds": part["token_bounds"]} for part in parts])
        token_bounds, entries = take_ragged(own, tokens)
        terms = np.concatenate([np.empty(0, dtype=np.int32), *(part["terms"] for part in parts)])
        weights = np.concatenate([np.empty(0, dtype=np.float32), *(part["weights"] for part in parts)])
        return cls(bounds=bounds, token_bounds=token_bounds, terms=terms[entries], weights=weights[entries])

    @classmethod
    def saved(cls, saved: Saved) -> TokenTable:
        """The table that :meth:`arrays` took apart.

        Raises:
            KeyError: an array is absent.
        """
        arrays = saved.arrays
        return cls(
            bounds=arrays["token_bounds"],
            token_bounds=arrays["token_token_bounds"],
            terms=arrays["token_terms"],
            weights=arrays["token_weights"],
        )

    def entries(self, text: int) -> slice:
        """The entries of all tokens of a text."""
        first, last = self.bounds[text : text + 2]
        return slice(int(self.token_bounds[first]), int(self.token_bounds[last]))

    def release(self) -> None:
        """Give back the memory of what was read of a table in files."""
        for array in (self.token_bounds, self.terms, self.weights):
            release(array)
