"""One file, many systems: every combination of some parameters' values under a name of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Annotated

from pydantic import Field

from harness.config import Strict
from harness.retrievers.promise import ExpectedScores
from harness.retrievers.stage_spec import Stage

Scalar = Annotated[float, Field(allow_inf_nan=False)] | int | bool | str


class Matrix(Strict):
    """Parameters of stages that vary, and what is expected of each system that comes of it.

    Attributes:
        parameters: name → its values; the last one varies fastest. A plain name is the first stage's,
            one with a dot that of a stage on the main line: ``rm3.feedback_terms``.
        expected: system → data set → measure → mean; the systems' names are those of :meth:`systems`.
    """

    parameters: Mapping[str, Annotated[list[Scalar], Field(min_length=1)]] = Field(min_length=1)
    expected: Mapping[str, ExpectedScores] = Field(default_factory=dict)

    def systems(self, base: str) -> Iterator[tuple[str, dict[str, Scalar]]]:
        """Name and parameters of every combination, for example ``bm25-k1-0.9-b-0.4``, in a fixed order."""
        for values in product(*self.parameters.values()):
            given = dict(zip(self.parameters, values, strict=True))
            yield "-".join([base, *(f"{key}-{value}" for key, value in given.items())]).lower(), given

    def fill(self, stages: Sequence[Stage], given: Mapping[str, Scalar]) -> list[Stage]:
        """The stages with one combination's parameters put in."""
        filled = list(stages)
        for key, value in given.items():
            stage, _, name = key.rpartition(".")
            at = next((i for i, each in enumerate(filled) if each.name == stage), 0) if stage else 0
            parameters = {**filled[at].parameters, name: value}
            filled[at] = filled[at].model_copy(update={"parameters": parameters})
        return filled
