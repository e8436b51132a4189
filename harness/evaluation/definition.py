"""What a measure is: its formula, where it comes from, what it may be asked with, and how it is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.records import Floats

if TYPE_CHECKING:
    from harness.evaluation.hits import Hits
    from harness.evaluation.measure import Measure

Value = int | float | str | bool
"""A parameter's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A setting in the parentheses of a measure's name.

    Attributes:
        default: the value where the name gives none; a value equal to it is not printed.
        accepts: whether a value is allowed.
        allowed: the same in words, for messages.
    """

    default: Value
    accepts: Callable[[Value], bool]
    allowed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One measure.

    Attributes:
        name: as ir_measures writes it.
        meaning: one sentence for people.
        formula: in plain text; r is a rank counted from 1, k the cutoff, R the number of relevant documents.
        source: paper, or file of trec_eval.
        compute: float64[q] from the hits of a run; sums run in rank order, as in trec_eval.
        cutoff: ``"none"``, ``"optional"``, ``"required"`` (a rank) or ``"recall"`` (a share, required).
        parameters: by name.
        floor: the value of a query that the run lacks.
        ceiling: the highest possible value, infinite for counts.
        direction: ``"higher"`` is better, or ``"none"`` for counts that say nothing about quality.
    """

    name: str
    meaning: str
    formula: str
    source: str
    compute: Callable[[Hits, Measure], Floats]
    cutoff: str = "none"
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    floor: float = 0.0
    ceiling: float = 1.0
    direction: str = "higher"


def _positive_integer(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


HIGHEST_GRADE = 1000
"""The highest grade of which 2 to the power is taken; doubles end at 2^1024."""

REL = Parameter(default=1, accepts=_positive_integer, allowed="an integer from 1: the lowest relevant grade")
"""Grades of at least ``rel`` count as relevant (trec_eval -l)."""

JUDGED_ONLY = Parameter(
    default=False,
    accepts=lambda value: isinstance(value, bool),
    allowed="True or False: drop unjudged documents before ranking",
)
"""Condensed lists (trec_eval -J): unjudged documents leave the ranking before the measure sees it."""

MAX_REL = Parameter(
    default=4,
    accepts=lambda value: _positive_integer(value) and int(value) <= HIGHEST_GRADE,
    allowed=f"an integer from 1 to {HIGHEST_GRADE}: the highest grade of the scale",
)
"""The top of the grade scale; 4 as in TREC's gdeval.pl."""
