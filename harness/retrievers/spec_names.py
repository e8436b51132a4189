"""Names of data sets and measures in a system's file, held against what there is before any work."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.datasets.catalogue import load_catalogue, own_catalogue, spec_of
from harness.datasets.places import data_root, is_beir_folder
from harness.errors import CommandError, Problem
from harness.evaluation.measure import parse_measure


def name_problems(content: Any) -> Iterator[Problem]:
    """What is wrong with the names in a file, each with its key path.

    Args:
        content: the file in plain values; what is malformed in it is passed over, since that is said by the
            check of its form, and all problems of a file are said together.

    Raises:
        SpecError: the catalogue is malformed.
    """
    # as harness.config.check reads it: a key that is a number or true in YAML is text
    file = _named(json.loads(json.dumps(content, default=str)))
    declared = [name for name in _listed(file.get("datasets")) if isinstance(name, str)]
    yield from _dataset_problems(file.get("datasets"))
    for where, dataset, measures in _scores(file):
        if dataset not in declared:
            message = f"{dataset!r} is not among the system's datasets: {', '.join(declared) or 'none'}."
            yield Problem(where, message)
        for place, measure in measures.items():
            try:
                parse_measure(measure)
            except CommandError as error:
                yield Problem(place, str(error))


def _scores(file: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Key path and name of each data set that has scores, and its measures by their key paths."""
    places = {"expected": _named(file.get("expected"))}
    for system, expected in _named(_named(file.get("matrix")).get("expected")).items():
        places[f"matrix.expected.{system}"] = _named(expected)
    for place, scores in places.items():
        for dataset, means in scores.items():
            where = f"{place}.{dataset}"
            yield where, dataset, {f"{where}.{measure}": measure for measure in _named(means)}
    for number, figure in enumerate(_listed(file.get("published"))):
        where, named = f"published[{number}]", _named(figure)
        if isinstance(named.get("dataset"), str):
            measure = named.get("measure")
            measures = {f"{where}.measure": measure} if isinstance(measure, str) else {}
            yield f"{where}.dataset", named["dataset"], measures


def _dataset_problems(named: Any) -> Iterator[Problem]:
    """Data sets that no catalogue has: the one in force, or the project's own, which baselines speak of."""
    seen: set[str] = set()
    own = own_catalogue()
    catalogue = {**(load_catalogue(own) if own else {}), **load_catalogue()}
    for number, name in enumerate(_listed(named)):
        if not isinstance(name, str):
            continue
        where = f"datasets[{number}]"
        if name in seen:
            yield Problem(where, f"{name!r} stands here twice.")
        elif not _known(name):
            try:
                spec_of(catalogue, name)
            except CommandError as error:
                yield Problem(where, str(error))
        seen.add(name)


def _known(name: str) -> bool:
    """Whether it is a path, whose folder is looked for when it is read, or a folder that has no entry."""
    if "/" in name or name.startswith("~"):
        return True
    try:
        return name != "" and (Path(name).is_dir() or is_beir_folder(data_root() / name))
    except (OSError, RuntimeError):  # the system refuses such a name, or knows no such home folder
        return False


def _named(value: Any) -> dict[str, Any]:
    """The mapping; empty for anything else."""
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
