"""Systems as their files declare them, with promises that can be checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from harness.config import read_yaml
from harness.errors import CommandError, Problem, SpecError
from harness.evaluation.measure import parse_measure
from harness.retrievers.spec import SystemSpec, expand, read_systems
from harness.retrievers.stage_spec import missing_extras


class Declared(NamedTuple):
    """One system of a file.

    Attributes:
        path: the file.
        spec: the system.
        alone: whether it is the file's only one, and not of a matrix.
        missing: the messages of the optional packages that it lacks here, or ``""``.
    """

    path: Path
    spec: SystemSpec
    alone: bool
    missing: str


def read_promises(path: Path) -> list[Declared]:
    """Read the systems of a file, whose scores are named by measures that exist.

    Raises:
        SpecError: with all problems of the file.
    """
    problems: list[Problem] = []
    try:
        read_systems(path)
    except SpecError as error:
        problems += error.problems
        if not problems:
            raise
    try:
        spec = read_yaml(path, SystemSpec)
        problems += _unknown_measures(spec)
    except SpecError:
        pass  # all that it finds has been found above
    if problems:
        raise SpecError(f"{path} has {len(problems)} problem{'s' * (len(problems) > 1)}:", problems)
    return [
        Declared(path, each, spec.matrix is None, " ".join(missing_extras(each.pipeline)))
        for each in expand(spec)
    ]


def _unknown_measures(spec: SystemSpec) -> Iterator[Problem]:
    places = {"expected": spec.expected}
    if spec.matrix:
        places |= {f"matrix.expected.{name}": scores for name, scores in spec.matrix.expected.items()}
    named = [
        (f"{place}.{name}.{measure}", measure)
        for place, scores in places.items()
        for name, means in scores.items()
        for measure in means
    ]
    named += [(f"published[{i}].measure", item.measure) for i, item in enumerate(spec.published)]
    for where, measure in named:
        try:
            parse_measure(measure)
        except CommandError as error:
            yield Problem(where, str(error))
