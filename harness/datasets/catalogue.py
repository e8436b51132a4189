"""The catalogue: ``datasets.yaml`` read into one specification a data set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import Field

from harness.config import Strict, check
from harness.datasets.crosschecks import crosscheck
from harness.datasets.spec import DatasetSpec, Name
from harness.errors import Problem, SpecError, UnknownNameError
from harness.yaml_text import load_yaml

PACKAGE = Path(__file__).resolve().parent.parent
OWN = (PACKAGE.parent / "datasets.yaml", PACKAGE / "datasets.yaml")


class _Document(Strict):
    """The top level of the file; ``templates`` holds blocks that entries take over with YAML's ``<<``."""

    templates: Mapping[str, Any] = Field(default_factory=dict)
    datasets: Mapping[Name, Any] = Field(min_length=1)


def find_catalogue() -> Path:
    """The file in force: ``$HARNESS_CATALOGUE``, else the source checkout's, else the packaged copy.

    Raises:
        SpecError: the file that ``$HARNESS_CATALOGUE`` names, or every usual place, is empty.
    """
    named = os.environ.get("HARNESS_CATALOGUE")
    if named:
        if not Path(named).is_file():
            raise SpecError(f"HARNESS_CATALOGUE names {named}, which is not a file. Mend or unset it.")
        return Path(named)
    if own := own_catalogue():
        return own
    raise SpecError(
        "There is no catalogue.",
        [Problem(str(place), "no such file; set HARNESS_CATALOGUE to a datasets.yaml.") for place in OWN],
    )


def own_catalogue() -> Path | None:
    """The source checkout's file, else the packaged copy, whatever ``$HARNESS_CATALOGUE`` names."""
    return next((place for place in OWN if place.is_file()), None)


def load_catalogue(path: Path | None = None) -> Mapping[str, DatasetSpec]:
    """Read and check a catalogue; by default the one of :func:`find_catalogue`.

    A file that has not changed since the last call is not read again.

    Raises:
        SpecError: with one problem for each key path that is wrong, over all entries at once.
    """
    path = path or find_catalogue()
    try:
        found = path.stat()
    except OSError:  # what is wrong with it is said by reading it
        return _read(path)
    return _read_once(path.resolve(), (found.st_mtime_ns, found.st_size, found.st_ino), str(path))


@lru_cache(maxsize=4)
def _read_once(_path: Path, _state: tuple[int, int, int], shown: str) -> Mapping[str, DatasetSpec]:
    return _read(Path(shown))


def _read(path: Path) -> Mapping[str, DatasetSpec]:
    document = check(load_yaml(path), _Document, where=str(path))
    specs: dict[str, DatasetSpec | None] = {}
    problems: list[Problem] = []
    for name, entry in document.datasets.items():
        specs[name] = None
        try:
            specs[name] = check(entry, DatasetSpec, where=name)
        except SpecError as error:
            problems += [_in_file(name, entry, problem) for problem in error.problems]
    good = {name: spec for name, spec in specs.items() if spec is not None}
    for name, spec in good.items():
        problems += [_in_datasets(problem) for problem in crosscheck(name, spec, specs)]
    if problems:
        raise SpecError(f"{path} has {len(problems)} problem{'s' * (len(problems) > 1)}:", problems)
    return MappingProxyType(good)


def spec_of(catalogue: Mapping[str, DatasetSpec], name: str) -> DatasetSpec:
    """The entry called ``name``.

    Raises:
        UnknownNameError: with the nearest names.
    """
    if name not in catalogue:
        raise UnknownNameError(
            "data set",
            name,
            catalogue,
            "The path of a folder in BEIR layout will do, too (./NAME for one here).",
        )
    return catalogue[name]


def leaves(catalogue: Mapping[str, DatasetSpec], name: str) -> tuple[str, ...]:
    """The data sets with data of their own behind ``name``: itself, or its parts in order, level by level.

    A macro average is the unweighted mean of the scores of ``parts``, each of which may be a mean itself.
    """
    spec = spec_of(catalogue, name)
    if not spec.parts:
        return (name,)
    return tuple(leaf for part in spec.parts for leaf in leaves(catalogue, part))


def _in_file(name: str, entry: Any, problem: Problem) -> Problem:
    """Key paths as they stand in the file: the kind of a source is a value there, not a key."""
    source = entry.get("source") if isinstance(entry, dict) else None
    kind = source.get("kind") if isinstance(source, dict) else None
    where = problem.where.replace(f"source.{kind}.", "source.", 1)
    return _in_datasets(Problem(name if where == "(top level)" else f"{name}.{where}", problem.message))


def _in_datasets(problem: Problem) -> Problem:
    return Problem(f"datasets.{problem.where}", problem.message)
