"""A declared system: what a file in ``baselines/`` says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from harness.config import Strict, check, read_yaml
from harness.errors import HarnessError, Problem, SpecError
from harness.retrievers.table import RETRIEVERS

NAME = r"^[a-z0-9][a-z0-9._-]*$"


class Stage(Strict):
    """One step of a pipeline: the retriever's registered name and its parameters."""

    retrieve: str
    parameters: dict[str, Any] = Field(default_factory=dict)


class SystemSpec(Strict):
    """A system that can be run from its file alone.

    Attributes:
        version: of this schema; 1.
        system: the name on the board and in the run's tag column.
        family: the kind of retriever, for example ``lexical``.
        description: one or two sentences for a reader of the board.
        pipeline: the stages, in order; the first retrieves.
        depth: documents kept for each query.
        input_fields: what the system sees of a document.
        datasets: the catalogue names it is declared for.
        links: places to read more.
    """

    version: Literal[1]
    system: str = Field(pattern=NAME, max_length=60)
    family: str
    description: str
    pipeline: list[Stage] = Field(min_length=1, max_length=1)
    depth: int = Field(default=1000, ge=1)
    input_fields: list[str] = Field(default_factory=lambda: ["title", "text"])
    datasets: list[str] = Field(default_factory=list)
    links: list[str] = Field(default_factory=list)


def read_system(path: Path) -> SystemSpec:
    """Read a system's YAML file; the parameters of every stage are checked against its retriever.

    Raises:
        SpecError: with all problems of the file, each with its key path.
    """
    spec = read_yaml(path, SystemSpec)
    problems: list[Problem] = []
    for number, stage in enumerate(spec.pipeline):
        where = f"pipeline[{number}]"
        try:
            check(stage.parameters, RETRIEVERS[stage.retrieve], where=where)
        except SpecError as error:
            problems += [Problem(f"{where}.parameters.{item.where}", item.message) for item in error.problems]
        except HarnessError as error:
            problems.append(Problem(f"{where}.retrieve", str(error)))
    if problems:
        raise SpecError(f"{path} has {len(problems)} problem{'s' if len(problems) > 1 else ''}:", problems)
    return spec
