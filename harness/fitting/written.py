"""A fitted system as a file of its own, so that its runs can be made again from that alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from harness.errors import CommandError
from harness.files import atomic_write, require_writable_folder
from harness.fitting.fit import Fitted
from harness.retrievers.spec import LONGEST, NAME, read_system
from harness.yaml_text import load_yaml

UNFITTED = ("expected", "published", "reproduced_on", "matrix")
"""Keys of the file that speak of other parameters."""


def require_writable(path: Path) -> None:
    """See that a fitted system can be written here, before hours are spent on fitting it.

    Raises:
        CommandError: the file's name cannot be that of a system, or its folder cannot be written to.
    """
    name = path.stem
    if not re.fullmatch(NAME, name) or len(name) > LONGEST or path.suffix != ".yaml":
        raise CommandError(f"The system is called like its file, and {path.name!r} is no name: NAME.yaml.")
    if path.is_dir():
        raise CommandError(f"{path} is a folder; name a file for the fitted system.")
    require_writable_folder(path.absolute().parent)


def write_fitted(found: Fitted, path: Path) -> None:
    """Write the best system; it is called like the file, and its description says what it was fitted on.

    Raises:
        CommandError: the file's name cannot be that of a system, or it cannot be written.
    """
    require_writable(path)
    told = f"Fitted on {found.dataset}, split {found.split}: {found.measure} {found.mean:.4f}."
    content: dict[str, Any] = {
        key: value for key, value in load_yaml(found.file).items() if key not in UNFITTED
    }
    content |= {
        "system": path.stem,
        "description": f"{found.best.description} {told}",
        "pipeline": [
            stage.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            for stage in found.best.pipeline
        ],
    }
    text = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    try:
        with atomic_write(path) as stream:
            stream.write(text.encode())
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from error
    read_system(path)


class _Dumper(yaml.SafeDumper):
    """Lists of numbers on as few lines as it takes."""


def _list(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.SequenceNode:
    plain = all(isinstance(item, int | float | str) for item in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=plain)


_Dumper.add_representer(list, _list)
