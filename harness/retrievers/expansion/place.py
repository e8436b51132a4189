"""Where a file of generated queries lies: on the disk, or in an installed package."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Final

from harness.errors import Problem, SpecError, UnavailableError

PACKAGE: Final = "package:"
_IN_PACKAGE: Final = re.compile(rf"{PACKAGE}[A-Za-z_]\w*/.+", re.DOTALL)


def check_place(place: str) -> None:
    """Hold the form of a place in a package against the rules.

    Raises:
        SpecError: it is not ``package:IMPORT_NAME/PATH``.
    """
    if place.startswith(PACKAGE) and not _IN_PACKAGE.fullmatch(place):
        message = f"expected package:IMPORT_NAME/PATH, found {place!r}."
        raise SpecError("The place of the queries is malformed:", [Problem("queries", message)])


def located(place: str) -> Path:
    """The file of a place, which may lie in an installed package.

    Raises:
        SpecError: as :func:`check_place`.
        UnavailableError: there is no such file.
    """
    try:
        path = _in_package(place) if place.startswith(PACKAGE) else Path(place).expanduser()
        if path.is_file():
            return path
    except (OSError, RuntimeError):  # a name that is too long, a folder that is closed; ~ of nobody
        pass
    raise UnavailableError(f"There are no generated queries at {place}: a file of JSON lines is expected.")


def _in_package(place: str) -> Path:
    check_place(place)
    name, _, inner = place.removeprefix(PACKAGE).partition("/")
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):  # ValueError: a module without a specification, such as __main__
        spec = None
    folders = list(spec.submodule_search_locations or []) if spec else []
    if not folders:
        message = f"The generated queries {place} lie in the Python package {name!r}, which is not installed."
        raise UnavailableError(message)
    return Path(folders[0]) / inner
