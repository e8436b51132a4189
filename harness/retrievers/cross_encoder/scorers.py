"""Models that score a query with a text, as parameters of other stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from harness.config import check
from harness.errors import Problem, SpecError
from harness.retrievers.cross_encoder.cross_encoder import CrossEncoder
from harness.retrievers.cross_encoder.mono_t5 import MonoT5

ScorerName = Literal["cross-encoder", "mono-t5"]
"""The keys of :data:`SCORERS`, as a type that parameters can have."""

SCORERS: Final[Mapping[str, Any]] = {"cross-encoder": CrossEncoder, "mono-t5": MonoT5}


def scorer_of(name: ScorerName, parameters: Mapping[str, Any]) -> CrossEncoder | MonoT5:
    """The re-ranker of this name with its parameters.

    Raises:
        SpecError: a parameter is wrong; each with the key path ``scorer_parameters.…``.
    """
    try:
        made: CrossEncoder | MonoT5 = check(dict(parameters), SCORERS[name], where="scorer_parameters")
    except SpecError as error:
        problems = [Problem(f"scorer_parameters.{each.where}", each.message) for each in error.problems]
        raise SpecError(f"The scorer {name} cannot be made:", problems) from error
    return made
