"""One stage of a declared pipeline, as its YAML says it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field, model_validator

from harness.config import Strict, check
from harness.errors import CommandError, HarnessError
from harness.registry import Registry
from harness.retrievers.packages import needs_of
from harness.retrievers.table import STAGES

RERANK_DEPTH = 100  # what the literature re-ranks where it says nothing else


class Stage(Strict):
    """One step of a pipeline: its kind with the registered name, and its parameters.

    Exactly one of the six kinds is given, for example ``rerank: cross-encoder``.

    Attributes:
        parameters: of the registered class.
        depth: documents of each query that the stage keeps; of a re-ranker, those it re-ranks (100 if not
            given): they stay above the rest, which keeps its order. Otherwise the system's depth.
        branches: of a fusion: the pipelines whose runs join, each a list of stages; ``with`` in YAML.
    """

    prepare: str | None = None
    retrieve: str | None = None
    feedback: str | None = None
    rerank: str | None = None
    group: str | None = None
    fuse: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    depth: int | None = Field(default=None, ge=1)
    branches: list[list[Stage]] = Field(default_factory=list, alias="with")

    @model_validator(mode="after")
    def _one_kind(self) -> Stage:
        given = [kind for kind in STAGES if getattr(self, kind) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            raise ValueError(f"a stage is one of {', '.join(STAGES)}; this one has {found}")
        return self

    @property
    def kind(self) -> str:
        """The kind of stage, a key of ``STAGES``."""
        return next(kind for kind in STAGES if getattr(self, kind) is not None)

    @property
    def name(self) -> str:
        """The registered name."""
        return str(getattr(self, self.kind))

    @property
    def table(self) -> Registry:
        """The table that the name stands in."""
        return STAGES[self.kind]


def walk(stages: Sequence[Stage], prefix: str = "pipeline") -> Iterator[tuple[str, Stage]]:
    """Every stage with its key path, those of branches after the stage that joins them."""
    for number, stage in enumerate(stages):
        where = f"{prefix}[{number}]"
        yield where, stage
        for i, branch in enumerate(stage.branches):
            yield from walk(branch, f"{where}.with[{i}]")


def missing_extras(stages: Sequence[Stage]) -> list[str]:
    """The messages of what stages, engines and backends lack here, packages or programs, each once."""
    absent = [error for _, stage in walk(stages) for error in missing_packages(stage)]
    return list(dict.fromkeys(map(str, absent)))


def require_extras(stages: Sequence[Stage]) -> None:
    """Refuse a pipeline before any work where optional packages or programs are absent.

    Raises:
        MissingExtraError: one package is, with the line that installs it.
        CommandError: a program is, or several are, each with its lines.
    """
    absent = {str(error): error for _, stage in walk(stages) for error in missing_packages(stage)}
    if len(absent) == 1:
        raise next(iter(absent.values()))
    if absent:
        lines = "".join(f"\n  {message}" for message in absent)
        raise CommandError(f"{len(absent)} optional packages or programs are missing:{lines}")


def missing_packages(stage: Stage) -> Iterator[CommandError]:
    """What one stage lacks; nothing of it is imported but its class, and wrong parameters have no needs."""
    if stage.name not in stage.table:
        return
    if error := stage.table.missing(stage.name):
        yield error
    try:
        made = check(stage.parameters, stage.table[stage.name], where=stage.name)
    except HarnessError:
        return
    yield from filter(None, (need.missing() for need in needs_of(made)))
