"""Systems as their files declare them, and whether the packages that they need are here."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from harness.retrievers.spec import SystemSpec, read_systems
from harness.retrievers.stage_spec import missing_extras


class Declared(NamedTuple):
    """One system of a file.

    Attributes:
        path: the file.
        spec: the system.
        alone: whether it is the file's only one.
        missing: the messages of the optional packages that it lacks here, or ``""``.
    """

    path: Path
    spec: SystemSpec
    alone: bool
    missing: str


def read_promises(path: Path) -> list[Declared]:
    """Read the systems of a file.

    Raises:
        SpecError: with all problems of the file.
    """
    systems = read_systems(path)
    return [
        Declared(path, each, len(systems) == 1, " ".join(missing_extras(each.pipeline))) for each in systems
    ]
