"""Whether a pipeline can be run at all: names, parameters and the order of its stages, before any work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from harness.config import check
from harness.errors import HarnessError, MissingExtraError, Problem, SpecError
from harness.retrievers.stage_spec import Stage, missing_packages, walk
from harness.retrievers.table import STAGES


def pipeline_problems(stages: Sequence[Stage]) -> Iterator[Problem]:
    """Everything that is wrong with a pipeline, each with its key path.

    A stage whose optional package is absent here is not wrong, since it can be run elsewhere; beside what is
    wrong, absent packages are named too, so that all is mended at once.
    """
    wrong = [problem for where, stage in walk(stages) for problem in _stage_problems(where, stage)]
    wrong += _line_problems(stages, "pipeline")
    yield from wrong
    if wrong:
        for where, stage in walk(stages):
            yield from (Problem(where, str(error)) for error in missing_packages(stage))


PIPELINE: Final = "pipeline"
"""The key path of a system's main line."""
KEYS: Final = frozenset({*STAGES, "parameters", "depth", "with"})
"""What a stage may have in a file."""


def parts_problems(value: Any, prefix: str = PIPELINE) -> Iterator[Problem]:
    """What is wrong with the stages of a pipeline that is malformed elsewhere, so that all is said at once.

    Args:
        value: the pipeline in plain values, as a file has it; anything that is no stage is passed over.
        prefix: its key path.
    """
    kept = [_kept(item) for item in value] if isinstance(value, list) else []
    for number, item in enumerate(kept):
        where = f"{prefix}[{number}]"
        alone = dict(item) if isinstance(item, dict) else {}
        branches = alone.pop("with", [])
        lines = branches if isinstance(branches, list) else []
        try:
            stage = check(alone, Stage, where=where)
        except SpecError:
            continue  # its own problem has been named
        if lines or stage.kind != "fuse":
            yield from _stage_problems(where, stage.model_copy(update={"branches": [[] for _ in lines]}))
        for i, branch in enumerate(lines):
            yield from parts_problems(branch, f"{where}.with[{i}]")
    if prefix == PIPELINE:
        yield from _order_problems(kept)


def _kept(item: Any) -> Any:
    """A stage less what has been named already: keys that no stage has, and a depth that is none."""
    if not isinstance(item, dict):
        return item
    kept = {key: value for key, value in item.items() if key in KEYS}
    if not isinstance(kept.get("depth", 1), int) or kept.get("depth", 1) < 1:
        del kept["depth"]
    if isinstance(kept.get("with"), list):
        lines = kept["with"]
        kept["with"] = [[_kept(each) for each in line] if isinstance(line, list) else line for line in lines]
    return kept


def _order_problems(kept: Sequence[Any]) -> Iterator[Problem]:
    """What is wrong with the order, where every stage can be read."""
    try:
        stages = [check(item, Stage, where=PIPELINE) for item in kept]
    except SpecError:
        return
    if stages:
        yield from _line_problems(stages, PIPELINE)


def parameters_of(stage: Stage) -> Any:
    """The stage's registered class made from its parameters.

    Raises:
        SpecError: a parameter is wrong; with its key.
        UnknownNameError: no such stage.
        MissingExtraError: its module needs an optional package.
    """
    return check(stage.parameters, stage.table[stage.name], where=f"{stage.kind}: {stage.name}")


def _stage_problems(where: str, stage: Stage) -> Iterator[Problem]:
    try:
        made = parameters_of(stage)
        wrong = made.count_problem(1 + len(stage.branches)) if hasattr(made, "count_problem") else None
        if wrong and stage.branches:
            yield Problem(f"{where}.with", wrong)
    except SpecError as error:
        for item in error.problems:
            yield Problem(f"{where}.parameters.{item.where}", item.message)
    except MissingExtraError:
        pass
    except HarnessError as error:
        yield Problem(f"{where}.{stage.kind}", str(error))
    if stage.kind == "fuse" and not stage.branches:
        yield Problem(f"{where}.with", "a fusion needs at least one branch: a list of lists of stages.")
    if stage.kind != "fuse" and stage.branches:
        yield Problem(f"{where}.with", f"only a fusion joins branches; this is {stage.kind}: {stage.name}.")
    if stage.kind == "prepare" and stage.depth is not None:
        yield Problem(f"{where}.depth", "a prepare stage has documents, not rankings, and so no depth.")


def _line_problems(stages: Sequence[Stage], prefix: str) -> Iterator[Problem]:
    """What is wrong with the order of one line of stages, and of its branches."""
    retrieved, passages, grouped, apart = "", False, False, False
    for number, stage in enumerate(stages):
        where = f"{prefix}[{number}]"
        label = f"{stage.kind}: {stage.name}"
        if stage.kind == "prepare":
            if retrieved:
                yield Problem(where, f"{label} changes documents, so it stands before retrieve.")
            cuts = bool(_attribute(stage, "passages", False))
            if cuts and apart:
                yield Problem(where, f"{label} cuts documents, so it stands before what expands them.")
            if cuts and passages:
                yield Problem(where, f"{label} cuts what is cut already, and a group stage joins but once.")
            apart = apart or bool(_attribute(stage, "indexed_only", False))
            passages = passages or cuts
        elif stage.kind == "retrieve":
            if retrieved:
                yield Problem(where, f"{label} starts a run; the line has one of {retrieved}. Use fuse.")
            retrieved = stage.name
        elif not retrieved:
            yield Problem(where, f"{label} needs a run; a retrieve stage must stand before it.")
        elif stage.kind == "group":
            if not passages:
                yield Problem(where, f"{label} needs passages; no prepare stage before it cuts documents.")
            passages, grouped = False, True
        elif stage.kind == "feedback" and grouped:
            yield Problem(where, f"{label} searches the index of passages, so it stands before group.")
        elif stage.kind == "feedback" and retrieved not in _attribute(stage, "accepts", {retrieved}):
            accepted = ", ".join(sorted(_attribute(stage, "accepts", ())))
            yield Problem(where, f"{label} can search the index of {accepted}, not that of {retrieved}.")
        if stage.kind == "fuse" and passages:
            yield Problem(where, f"{label} joins runs of documents; a group stage must stand before it.")
        for i, branch in enumerate(stage.branches):
            yield from _line_problems(branch, f"{where}.with[{i}]")
    if not retrieved:
        yield Problem(prefix, "the line has no retrieve stage.")
    if passages:
        yield Problem(prefix, "the line ends with passages; a group stage has to make documents of them.")


def _attribute(stage: Stage, attribute: str, default: Any) -> Any:
    """An attribute of the stage's class, or ``default`` where the class cannot be imported here."""
    try:
        return getattr(stage.table[stage.name], attribute, default)
    except HarnessError:
        return default
