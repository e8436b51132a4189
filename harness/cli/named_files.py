"""The files that a command names: that they are there is seen before any work, and all at once."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from pathlib import Path

from harness.errors import CommandError


def require_files(*paths: str | Path) -> None:
    """See that something lies at each of these paths.

    What is in a file is another matter (exit code 1); a path that leads nowhere is a mistake in the command.

    Raises:
        CommandError: names every path that leads nowhere, with the nearest name in its folder; and every path
            through a folder that may not be searched, with that folder.
    """
    absent = [_told(path) for path in dict.fromkeys(map(Path, paths)) if not _exists(path)]
    if absent:
        raise CommandError(" ".join(absent))


def baseline_files(*names: str) -> list[Path]:
    """The files of declared systems: those that are there, else those of the baselines folder.

    ``bm25.yaml`` and ``baselines/bm25.yaml`` are found in the baselines that come with the package from any
    working folder; a path that names another folder means that folder alone.

    Raises:
        CommandError: names every file that is neither, with the nearest name in its folder; or a data set is
            named in place of a file.
    """
    named = map(Path, names)
    paths = [path if _exists(path) or _shut(path) else _packaged(path) or path for path in named]
    _refuse_datasets(path for path in paths if not _exists(path))
    require_files(*paths)
    return paths


def _refuse_datasets(absent: Iterable[Path]) -> None:
    """Tell who names a data set where the system belongs."""
    from harness.datasets.catalogue import load_catalogue

    for path in absent:
        if str(path) in load_catalogue():
            raise CommandError(
                f"{path} is a data set, and its place is behind --dataset. What is run is the YAML file of a "
                "system, for example bm25.yaml."
            )


def baseline_file(name: str) -> Path:
    """The one file of :func:`baseline_files`, with its errors."""
    return baseline_files(name)[0]


def refuse_overwriting(outputs: Iterable[str | None], inputs: Iterable[str | Path]) -> None:
    """See that no file that a command is to write is one that it reads.

    Raises:
        CommandError: names the first such file.
    """
    read = [path for path in map(Path, inputs) if _exists(path)]
    for output in outputs:
        if output and _exists(Path(output)) and any(path.samefile(output) for path in read):
            raise CommandError(f"{output} is read by this command and would be lost; name another to write.")


def run_file(path: Path) -> Path:
    """The path of a run file; of a record's folder, that of the run in it."""
    from harness.runfiles.card import RUN_NAME

    return path / RUN_NAME if path.is_dir() else path


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except (OSError, ValueError):  # nothing there, nothing that may be seen, or no such name can be
        return False
    return True


def _packaged(path: Path) -> Path | None:
    from harness.demonstration import baselines_folder

    within = path.parts[1:] if path.parts[:1] == ("baselines",) else path.parts
    if within[:-1] not in {(), ("hub",)}:
        return None
    found = baselines_folder().joinpath(*within)
    try:
        return found if found.is_file() and not path.is_symlink() else None
    except OSError:  # the system refuses such a name
        return None


def _shut(path: Path) -> str:
    """The folder on the way to a path that may not be searched, or nothing; links are followed."""
    try:
        path.stat()
    except PermissionError:
        for folder in (*reversed(path.parents), *reversed(Path(os.path.realpath(path)).parents)):
            try:
                (folder / "any").stat()  # whatever its name, the folder is searched for it
            except PermissionError:
                return str(folder)
            except OSError:
                continue
    except (OSError, ValueError):
        pass
    return ""


def _told(path: Path) -> str:
    """What is said of a path that leads nowhere; a broken link lies there itself, and is not suggested."""
    if shut := _shut(path):
        return f"Whether there is a file {path} cannot be seen: the folder {shut} may not be searched."
    try:
        names = sorted(each.name for each in path.parent.iterdir())
        linked = path.readlink() if path.is_symlink() else None
    except OSError:
        names, linked = [], None
    near = difflib.get_close_matches(path.name, [name for name in names if name != path.name], n=1)
    told = f"There is no file {path}." if linked is None else f"The link {path} leads nowhere, to {linked}."
    return f"{told}{f' Did you mean {path.parent / near[0]}?' if near else ''}"
