"""What can be fitted of a fusion: for every name the stage it makes and the parameters that are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.errors import UnknownNameError
from harness.fitting.learning import bayesfuse_table, hits_of, position_table, probfuse_table, segfuse_table
from harness.fitting.search import Parameters, Score, best_weights, steps
from harness.rankings import Run
from harness.records import Floats, Qrels

SEGMENTS: Final = range(1, 101)
WINDOWS: Final = range(1, 101)
"""Tried for probfuse and slidefuse; as in ranx."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What a fusion is fitted on.

    Attributes:
        runs: of the development split, the line's first.
        qrels: its judgments.
        average_precisions: of the runs.
        step: between weights that are tried.
    """

    runs: Sequence[Run]
    qrels: Qrels
    average_precisions: Sequence[float]
    step: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """How one fusion is fitted.

    Attributes:
        stage: the registered fusion that is made.
        search: scores parameters, one set after another; the best is taken, of equals the first.
    """

    stage: str
    search: Callable[[Training, Score], None]


def fitting_of(name: str) -> Fitting:
    """How the fusion is fitted.

    Args:
        name: a registered fusion with parameters to fit, or a method of ``ranx`` or ``trained``.

    Raises:
        UnknownNameError: it has none, or there is no such fusion.
    """
    if name not in FITTINGS:
        raise UnknownNameError("fusion that can be fitted", name, sorted(FITTINGS))
    return FITTINGS[name]


def _each(stage: str, tried: Callable[[Training], Iterable[Parameters]]) -> Fitting:
    def search(training: Training, score: Score) -> None:
        for parameters in tried(training):
            score(parameters)

    return Fitting(stage=stage, search=search)


def _weights(stage: str, shape: Callable[[Sequence[float]], Parameters]) -> Fitting:
    def search(training: Training, score: Score) -> None:
        best_weights(len(training.runs), training.step, score, shape)

    return Fitting(stage=stage, search=search)


def _ranx(method: str, **params: Any) -> Parameters:
    return {"method": method, "params": params}


def _of_ranx(method: str, name: str, values: Sequence[float]) -> Fitting:
    return _each("ranx", lambda _training: [_ranx(method, **{name: value}) for value in values])


def _trained(method: str, tables: Iterable[Sequence[float]], **rest: Any) -> Parameters:
    return {"method": method, "tables": [list(table) for table in tables], **rest}


def _learned(
    method: str, tried: Callable[[Sequence[Sequence[Floats]]], Iterable[Parameters]] | None = None
) -> Fitting:
    """A fusion by tables; ``tried`` makes the parameters of the runs' hits."""
    table = {"bayesfuse": bayesfuse_table, "posfuse": position_table, "segfuse": segfuse_table}

    def parameters(training: Training) -> Iterable[Parameters]:
        hits = [hits_of(run, training.qrels) for run in training.runs]
        return tried(hits) if tried else [_trained(method, map(table[method], hits))]

    return _each("trained", parameters)


def _probfuse(hits: Sequence[Sequence[Floats]]) -> Iterable[Parameters]:
    for segments in SEGMENTS:
        yield _trained("probfuse", (probfuse_table(each, segments) for each in hits))


def _slidefuse(hits: Sequence[Sequence[Floats]]) -> Iterable[Parameters]:
    tables = [position_table(each) for each in hits]
    return (_trained("slidefuse", tables, window=window) for window in WINDOWS)


FITTINGS: Final[Mapping[str, Fitting]] = {
    "interpolation": _each(
        "interpolation",
        lambda training: [
            {"alpha": alpha}
            for alpha in sorted(steps(0.0, 1.0, training.step), key=lambda alpha: (abs(alpha - 0.5), alpha))
        ],
    ),
    "weighted-sum": _weights("weighted-sum", lambda weights: {"weights": list(weights)}),
    "rrf": _each(
        "rrf", lambda _training: [{"k": float(k)} for k in (60, *range(10, 60, 10), 70, 80, 90, 100)]
    ),
    **{
        method: _weights("ranx", lambda weights, method=method: _ranx(method, weights=list(weights)))  # type: ignore[misc]
        for method in ("mixed", "w_bordafuse", "w_condorcet", "wmnz", "wsum")
    },
    "gmnz": _of_ranx("gmnz", "gamma", steps(0.01, 1.0, 0.01)),
    "logn_isr": _of_ranx("logn_isr", "sigma", steps(0.01, 1.0, 0.01)),
    "rbc": _of_ranx("rbc", "phi", steps(0.01, 1.0, 0.01)),
    "mapfuse": _each(
        "ranx", lambda training: [_ranx("mapfuse", map_scores=list(training.average_precisions))]
    ),
    "bayesfuse": _learned("bayesfuse"),
    "posfuse": _learned("posfuse"),
    "segfuse": _learned("segfuse"),
    "probfuse": _learned("probfuse", _probfuse),
    "slidefuse": _learned("slidefuse", _slidefuse),
}
"""Name to how it is fitted; ranges are ranx's."""
