"""The files that a command names: that they are there is seen before any work, and all at once."""

from __future__ import annotations

import difflib
from pathlib import Path

from harness.errors import CommandError


def require_files(*paths: str | Path) -> None:
    """See that something lies at each of these paths.

    What is in a file is another matter (exit code 1); a path that leads nowhere is a mistake in the command.

    Raises:
        CommandError: names every path that leads nowhere, with the nearest name in its folder.
    """
    absent = [_told(Path(path)) for path in paths if not _exists(Path(path))]
    if absent:
        raise CommandError(" ".join(absent))


def run_file(path: Path) -> Path:
    """The path of a run file; of a record's folder, that of the run in it."""
    from harness.runfiles.card import RUN_NAME

    return path / RUN_NAME if path.is_dir() else path


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # the system refuses such a name
        return False


def _told(path: Path) -> str:
    try:
        names = sorted(each.name for each in path.parent.iterdir())
    except OSError:
        names = []
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"There is no file {path}.{f' Did you mean {path.parent / near[0]}?' if near else ''}"
