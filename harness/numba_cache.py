"""A place for numba's compiled code where its usual ones cannot be written; without any it does not start."""

# pathlib would double the time of `import harness`
# ruff: noqa: PTH103, PTH110, PTH111, PTH112, PTH118, PTH120

from __future__ import annotations

import os
import stat


def settle() -> None:
    """Name a folder in ``$NUMBA_CACHE_DIR`` if neither the package's nor the user's can be written.

    numba keeps compiled code beside the source or below the user's cache folder, and raises as soon as a
    module is imported where both are read-only, as with a package of root's and a user without a home.
    It has to be called before numba is imported.
    """
    if "NUMBA_CACHE_DIR" in os.environ or any(map(_writable, usual_places())):
        return
    os.environ["NUMBA_CACHE_DIR"] = own_folder()


def usual_places() -> list[str]:
    """Where numba writes of itself: beside the code, and below the user's cache folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return [os.path.join(os.path.dirname(__file__), "__pycache__"), cache]


def own_folder() -> str:
    """A folder that this user alone can write, since numba runs what it finds there.

    ``$HARNESS_CACHE`` if that can be written, else one below the folder for temporary files: the same for
    all processes of the user, or, if somebody else has taken that name, a new one for each.
    """
    import tempfile  # rarely needed, and `import harness` is to cost nothing

    named = os.environ.get("HARNESS_CACHE")
    if named and _writable(named):
        return os.path.join(named, "numba")
    folder = os.path.join(tempfile.gettempdir(), f"retrieval-harness-numba-{os.getuid()}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        told = os.lstat(folder)
    except OSError:
        return tempfile.mkdtemp(prefix="retrieval-harness-numba-")
    mine = stat.S_ISDIR(told.st_mode) and told.st_uid == os.getuid() and not told.st_mode & 0o022
    return folder if mine else tempfile.mkdtemp(prefix="retrieval-harness-numba-")


def _writable(folder: str) -> bool:
    """Whether a folder is there, or can be made, and takes files."""
    while not os.path.exists(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return os.path.isdir(folder) and os.access(folder, os.W_OK)
