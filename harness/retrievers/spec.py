"""A declared system: what a file in ``baselines/`` says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from harness.config import Strict, check
from harness.errors import CommandError, Problem, SpecError, UnknownNameError
from harness.retrievers.matrix import Matrix
from harness.retrievers.plan import parts_problems, pipeline_problems
from harness.retrievers.promise import ExpectedScores, Published, ReproducedOn
from harness.retrievers.spec_names import name_problems
from harness.retrievers.stage_spec import Stage, walk
from harness.runfiles.card import Line
from harness.yaml_text import load_yaml

NAME = r"^[a-z0-9][a-z0-9._-]*$"
LONGEST = 60  # characters of a system's name


class SystemSpec(Strict):
    """A system that can be run from its file alone.

    Attributes:
        version: of this schema; 1.
        system: the name on the board and in the run's tag column.
        family: the kind of retriever, for example ``lexical``.
        description: one or two sentences for a reader of the board.
        pipeline: the stages, in order; see :mod:`harness.retrievers.stages`.
        depth: documents kept for each query.
        input_fields: what the system sees of a document.
        datasets: the catalogue names it is declared for.
        expected: data set → measure → the mean it gives, with tolerance and reason; ``harness reproduce``
            holds the system to them.
        published: what others have reported for the same system.
        seeds: seeds of everything drawn at random, by name; they are kept in the card.
        reproduced_on: the machine class and day of the last reproduction written down.
        matrix: parameters of which every combination is a system of its own, named after its values.
        links: places to read more.
    """

    version: Literal[1]
    system: str = Field(pattern=NAME, max_length=LONGEST)
    family: str
    description: str
    pipeline: list[Stage] = Field(min_length=1)
    depth: int = Field(default=1000, ge=1)
    input_fields: list[str] = Field(default_factory=lambda: ["title", "text"])
    datasets: list[str] = Field(default_factory=list)
    expected: ExpectedScores = Field(default_factory=dict)
    published: list[Published] = Field(default_factory=list)
    seeds: Mapping[Line, int] = Field(default_factory=dict)
    reproduced_on: ReproducedOn | None = None
    matrix: Matrix | None = None
    links: list[str] = Field(default_factory=list)


def read_system(path: Path, system: str | None = None) -> SystemSpec:
    """Read a system's YAML file; the parameters of every stage are checked against its retriever.

    Args:
        path: the file.
        system: which of a matrix's systems; needed if the file has a ``matrix``.

    Raises:
        SpecError: with all problems of the file, each with its key path.
        UnknownNameError: the file does not declare ``system``.
        CommandError: the file declares several systems and ``system`` is not given.
    """
    specs = {spec.system: spec for spec in read_systems(path)}
    if system is None and len(specs) == 1:
        return next(iter(specs.values()))
    if system is None:
        raise CommandError(f"{path} declares {len(specs)} systems; name one of them: {', '.join(specs)}.")
    if system not in specs:
        raise UnknownNameError(f"system in {path}", system, specs)
    return specs[system]


def read_systems(path: Path) -> tuple[SystemSpec, ...]:
    """Read all systems of a YAML file: one, or those of its matrix.

    Raises:
        SpecError: with all problems of the file, each with its key path.
    """
    content = load_yaml(path)
    try:
        spec = check(content, SystemSpec, where=str(path))
    except SpecError as error:
        raise _error(path, [*error.problems, *name_problems(content), *_parts_problems(content)]) from error
    problems = [*name_problems(content), *matrix_problems(spec)]
    systems = expand(spec)
    for each in systems:
        problems += _stage_problems(each, prefix=f"{each.system}: " if spec.matrix else "")
    if problems:
        raise _error(path, problems)
    return systems


def _parts_problems(content: Any) -> Iterator[Problem]:
    """What is wrong inside the stages of a malformed file; a matrix may be what gives them parameters."""
    if isinstance(content, dict) and "matrix" not in content:
        yield from parts_problems(content.get("pipeline"))


def _error(path: Path, problems: Sequence[Problem]) -> SpecError:
    return SpecError(f"{path} has {len(problems)} problem{'s' if len(problems) > 1 else ''}:", problems)


def expand(spec: SystemSpec) -> tuple[SystemSpec, ...]:
    """The systems of a file: itself, or one for each combination of its matrix."""
    if spec.matrix is None:
        return (spec,)
    return tuple(
        spec.model_copy(
            update={
                "system": name,
                "matrix": None,
                "pipeline": spec.matrix.fill(spec.pipeline, given),
                "expected": spec.matrix.expected.get(name, {}),
            }
        )
        for name, given in spec.matrix.systems(spec.system)
    )


def _stage_problems(spec: SystemSpec, prefix: str) -> Iterator[Problem]:
    for problem in pipeline_problems(spec.pipeline):
        yield problem._replace(where=prefix + problem.where)


def matrix_problems(spec: SystemSpec) -> Iterator[Problem]:
    """Names that a matrix gives twice or that no system may have, and scores of systems it does not give."""
    if spec.matrix is None:
        return
    names = [name for name, _ in spec.matrix.systems(spec.system)]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Problem("matrix.parameters", f"the system {name!r} comes of it {names.count(name)} times.")
        if not re.fullmatch(NAME, name) or len(name) > LONGEST:
            message = f"{name!r} is no name: at most {LONGEST} of a-z, 0-9, '.', '_' and '-'."
            yield Problem("matrix.parameters", message)
    stages = {stage.name for _, stage in walk(spec.pipeline)}
    for key in spec.matrix.parameters:
        if "." in key and key.partition(".")[0] not in stages:
            message = f"no stage has the name before the dot; there are {', '.join(sorted(stages))}."
            yield Problem(f"matrix.parameters.{key}", message)
    for name in spec.matrix.expected:
        if name not in names:
            yield Problem(f"matrix.expected.{name}", f"no such system; it gives {', '.join(names)}.")
    for key in ("expected", "published"):
        if getattr(spec, key):
            yield Problem(key, "a file with a matrix has several systems; use matrix.expected.")
