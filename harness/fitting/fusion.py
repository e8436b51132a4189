"""Fitting the fusion at the end of a pipeline: its runs are made once, then only fused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from harness.config import check
from harness.datasets.dataset import Dataset
from harness.errors import CommandError
from harness.evaluation.evaluate import evaluate
from harness.fitting.fusions import Fitting, Training, fitting_of
from harness.fitting.search import Parameters
from harness.rankings import Run
from harness.retrievers.plan import parameters_of
from harness.retrievers.spec import SystemSpec
from harness.retrievers.stage_spec import Stage
from harness.retrievers.table import FUSIONS

SHOWN = 90
"""Characters of parameters that name what was tried; learned tables are longer."""


def fitted_fusion(
    spec: SystemSpec,
    name: str | None,
    data: Dataset,
    ranked: Callable[[SystemSpec], Run],
    mean: Callable[[Run], float],
    step: float,
) -> tuple[str, SystemSpec, dict[str, float]]:
    """The fusion's name, the system with the best of what was tried, and the mean of everything tried.

    Args:
        spec: the system.
        name: of the fusion that is fitted; None for the system's own.
        data: the development split.
        ranked: runs a system on it.
        mean: scores a fused run.
        step: between weights.

    Raises:
        CommandError: the pipeline does not end with a fusion, or the fusion has nothing to fit.
    """
    stage = spec.pipeline[-1]
    if stage.kind != "fuse":
        raise CommandError(
            f"There is nothing to fit in {spec.system}: it has no matrix, and its pipeline ends with "
            f"{stage.kind}: {stage.name}, not with a fusion."
        )
    chosen = name or _own_name(stage)
    fitting = fitting_of(chosen)
    _require(fitting)
    runs = [
        ranked(spec.model_copy(update={"system": f"{spec.system}.{i}", "pipeline": line, "expected": {}}))
        for i, line in enumerate([spec.pipeline[:-1], *stage.branches])
    ]
    training = Training(
        runs=runs,
        qrels=data.qrels,
        average_precisions=[_average_precision(run, data) for run in runs] if chosen == "mapfuse" else [],
        step=step,
    )
    depth = stage.depth or min(spec.depth, data.spec.depth)
    kept = _kept(stage, fitting)
    tried: list[tuple[Parameters, float]] = []

    def score(parameters: Parameters) -> float:
        full = {**kept, **parameters}
        fused = check(full, FUSIONS[fitting.stage], where=chosen).fuse(runs, depth, tag=spec.system)
        tried.append((full, mean(fused)))
        return tried[-1][1]

    fitting.search(training, score)
    best = max(tried, key=lambda each: each[1])[0]
    made = Stage.model_validate({"fuse": fitting.stage, "parameters": best, "depth": stage.depth}).model_copy(
        update={"branches": stage.branches}
    )
    fitted = spec.model_copy(update={"pipeline": [*spec.pipeline[:-1], made]})
    return chosen, fitted, {_label(full, i): value for i, (full, value) in enumerate(tried, 1)}


def _own_name(stage: Stage) -> str:
    made = parameters_of(stage)
    return str(made.method) if stage.name in {"ranx", "trained"} else stage.name


def _require(fitting: Fitting) -> None:
    missing = FUSIONS.missing(fitting.stage)
    if missing is not None:
        raise missing


def _kept(stage: Stage, fitting: Fitting) -> dict[str, Any]:
    """The parameters that are not fitted: those of the file's own fusion where it stays the same."""
    return dict(stage.parameters) if stage.name == fitting.stage else {}


def _average_precision(run: Run, data: Dataset) -> float:
    return float(evaluate(run, data.qrels, ["AP"]).means()["AP"])


def _label(parameters: Mapping[str, Any], number: int) -> str:
    """What was tried, in short: tables are left out, and numbered."""
    short = {key: value for key, value in parameters.items() if key != "tables"}
    text = json.dumps(short)[1:-1].replace('"', "")
    if "tables" in parameters:
        text += f", tables {number}"
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 8]}… #{number}"
