"""What must hold between values, whatever the run; broken, it is our mistake and nothing is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from harness.errors import Problem, ScoreError
from harness.evaluation.measure import Measure
from harness.records import Floats


def check_invariants(values: Mapping[Measure, Floats], queries: Sequence[str]) -> None:
    """Check ranges, RR@1 = P@1 = Success@1, and that recall and success grow with the cutoff.

    Raises:
        ScoreError: one problem for each broken rule, with the first query that breaks it.
    """
    problems: list[Problem] = []
    for measure, row in values.items():
        definition = measure.definition
        slack = (
            1e-12 if definition.ceiling == 1.0 else 0.0
        )  # nDCG of a perfect order may exceed 1 by rounding
        wrong = ~((row >= definition.floor) & (row <= definition.ceiling + slack))
        _note(
            problems, measure, wrong, row, queries, f"is outside {definition.floor} to {definition.ceiling}"
        )
    by_settings: dict[tuple[object, ...], list[Measure]] = {}
    for measure in values:
        if measure.name in ("R", "Success"):
            by_settings.setdefault((measure.name, measure.parameters), []).append(measure)
        if measure.name in ("RR", "P", "Success") and measure.cutoff == 1:
            by_settings.setdefault(("at 1", measure.parameters), []).append(measure)
    for key, group in by_settings.items():
        ordered = sorted(group, key=lambda m: m.cutoff or 0)
        for lower, higher in pairwise(ordered):
            a, b = values[lower], values[higher]
            wrong = a != b if key[0] == "at 1" else a > b
            rule = f"differs from {lower}" if key[0] == "at 1" else f"is below {lower}"
            _note(problems, higher, wrong, b, queries, rule)
    if problems:
        raise ScoreError("Values contradict each other, so none is given.", problems)


def _note(
    problems: list[Problem],
    measure: Measure,
    wrong: npt.NDArray[np.bool_],
    row: Floats,
    queries: Sequence[str],
    rule: str,
) -> None:
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        count = int(wrong.sum())
        problems.append(
            Problem(
                f"query {queries[at]}", f"{measure} = {float(row[at])!r} {rule} ({count} queries in all)."
            )
        )
