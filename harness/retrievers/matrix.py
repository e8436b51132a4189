"""One file, many systems: every combination of some parameters' values under a name of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Annotated

from pydantic import Field

from harness.config import Strict
from harness.retrievers.promise import ExpectedScores

Scalar = Annotated[float, Field(allow_inf_nan=False)] | int | bool | str


class Matrix(Strict):
    """The first stage's parameters that vary, and what is expected of each system that comes of it.

    Attributes:
        parameters: name → its values; the last one varies fastest.
        expected: system → data set → measure → mean; the systems' names are those of :meth:`systems`.
    """

    parameters: Mapping[str, Annotated[list[Scalar], Field(min_length=1)]] = Field(min_length=1)
    expected: Mapping[str, ExpectedScores] = Field(default_factory=dict)

    def systems(self, base: str) -> Iterator[tuple[str, dict[str, Scalar]]]:
        """Name and parameters of every combination, for example ``bm25-k1-0.9-b-0.4``, in a fixed order."""
        for values in product(*self.parameters.values()):
            given = dict(zip(self.parameters, values, strict=True))
            yield "-".join([base, *(f"{key}-{value}" for key, value in given.items())]).lower(), given
