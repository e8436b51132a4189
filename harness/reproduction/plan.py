"""What is to be reproduced: one job a system and data set, with the scores promised for it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from harness.errors import CommandError, HarnessError, UnknownNameError
from harness.reproduction.declared import Declared, read_promises
from harness.reproduction.published import published
from harness.reproduction.reproduction import Row
from harness.reproduction.verdict import Verdict
from harness.retrievers.promise import TOLERANCE
from harness.retrievers.spec import SystemSpec

AGAINST = ("expected", "published")


class Promise(NamedTuple):
    """One score to be met; ``note`` says why it may differ, or who published it."""

    measure: str
    value: float
    tolerance: float
    digits: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One system on one data set, and the scores promised for it."""

    declared: Declared
    dataset: str
    promises: tuple[Promise, ...]

    @property
    def spec(self) -> SystemSpec:
        """The system."""
        return self.declared.spec

    def command(self, out: Path) -> str:
        """A command that makes the job's run and can be copied into a shell."""
        words = ["harness", "run", str(self.declared.path), "--dataset", self.dataset]
        words += [] if self.declared.alone else ["--system", self.spec.system]
        return shlex.join([*words, "--out", str(out / self.dataset / self.spec.system)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The jobs in order, files that cannot be used as rows that failed, and what promises nothing."""

    jobs: tuple[Job, ...]
    broken: tuple[Row, ...]
    unpromised: tuple[tuple[str, str], ...]


def plan(
    baselines: Iterable[str | Path],
    *,
    datasets: Sequence[str] | None = None,
    families: Sequence[str] | None = None,
    against: str = "expected",
) -> Plan:
    """Read the files and choose the jobs; nothing is run.

    Args:
        baselines: YAML files, in the order of the report.
        datasets: only these.
        families: only systems of these.
        against: ``expected`` or ``published``.

    Raises:
        UnknownNameError: ``against`` is neither, or no file declares a data set or family asked for.
        CommandError: nothing that was chosen has a score to be held to.
    """
    if against not in AGAINST:
        raise UnknownNameError("kind of score to reproduce", against, AGAINST)
    declared: list[Declared] = []
    broken: list[Row] = []
    for path in dict.fromkeys(map(Path, baselines)):
        try:
            declared += read_promises(path)
        except HarnessError as error:
            broken.append(Row(system=path.stem or str(path), verdict=Verdict.FAILED, reason=str(error)))
    usable, doubles = _without_doubles(declared)
    broken += doubles
    chosen = [
        Job(declared=each, dataset=name, promises=tuple(_promises(each.spec, name, against)))
        for each in usable
        for name in each.spec.datasets
        if (datasets is None or name in datasets) and (families is None or each.spec.family in families)
    ]
    if not broken:
        _refuse_unknown("family", families, [each.spec.family for each in usable])
        _refuse_unknown("data set", datasets, [name for each in usable for name in each.spec.datasets])
        if not any(job.promises for job in chosen):
            raise CommandError(f"There is no {against} score for any system and data set that was chosen.")
    return Plan(
        jobs=tuple(job for job in chosen if job.promises),
        broken=tuple(broken),
        unpromised=tuple((job.spec.system, job.dataset) for job in chosen if not job.promises),
    )


def _promises(spec: SystemSpec, dataset: str, against: str) -> Iterator[Promise]:
    if against == "expected":
        for measure, item in spec.expected.get(dataset, {}).items():
            yield Promise(measure, item.value, item.tolerance, 4, item.reason or "")
        return
    stated = set()
    for figure in spec.published:
        if figure.dataset == dataset:
            stated.add((figure.measure, figure.value))
            note = f"published by {figure.source}" + (f"; {figure.note}" if figure.note else "")
            yield Promise(figure.measure, figure.value, _half_unit(figure.digits), figure.digits, note)
    for score in published(spec.system, dataset):
        if (score.measure, score.value) not in stated:
            stated.add((score.measure, score.value))
            note = f"published by {score.source} as {score.label}"
            yield Promise(score.measure, score.value, _half_unit(score.digits), score.digits, note)


def _half_unit(digits: int) -> float:
    """The tolerance of a printed figure."""
    return max(0.5 * 10.0**-digits, TOLERANCE)


def _without_doubles(declared: Iterable[Declared]) -> tuple[list[Declared], list[Row]]:
    """Leave out systems that an earlier file declares, too: their runs would get in each other's way."""
    first: dict[str, Declared] = {}
    doubles: list[Row] = []
    for each in declared:
        name = each.spec.system
        if name in first:
            reason = (
                f"{each.path} declares the system {name!r}, as {first[name].path} does; rename one of them."
            )
            doubles.append(Row(system=name, family=each.spec.family, verdict=Verdict.FAILED, reason=reason))
        else:
            first[name] = each
    return list(first.values()), doubles


def _refuse_unknown(kind: str, asked: Sequence[str] | None, declared: Iterable[str]) -> None:
    known = set(declared)
    for name in asked or ():
        if name not in known:
            raise UnknownNameError(f"declared {kind}", name, known)
