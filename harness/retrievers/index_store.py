"""Built indexes below the cache folder, by the hash of everything they depend on.

A folder appears under its name when all of its files are written, so that no half index is ever found.
Another parameter, collection, checkpoint or line of the retriever's code is another name, so that no stale
one is.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from harness.files import cache_folder
from harness.retrievers.base import Index, Persistent, Retriever, Savable

FORMAT: Final = 1
BUILT: Final = "built.json"
WORTH_SECONDS: Final = 2.0
"""An index that took less is built anew each time: reading it would save nothing, and it would take room."""


class Built(NamedTuple):
    """An index and the wall seconds that building it took, whenever that was."""

    made: Index
    seconds: float


def folder_of(key: str) -> Path:
    """Where the index with this key lies."""
    return cache_folder() / "indexes" / key[:2] / key


def find(key: str, retriever: Retriever, since: float) -> Built | None:
    """The index kept under a key; None where there is none, or none that can be read.

    Args:
        key: hex hash.
        retriever: reads it.
        since: POSIX time; an older index is not taken.
    """
    folder = folder_of(key)
    if not isinstance(retriever, Persistent):
        return None
    try:
        about = folder / BUILT
        if about.stat().st_mtime < since:
            return None
        told = json.loads(about.read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            return None
        return Built(retriever.load(folder), float(told["seconds"]))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError):  # the last is faiss's for a bad file
        return None


def keep(key: str, built: Built) -> bool:
    """Keep an index that took long enough; a folder that cannot be written costs time, not results.

    Returns:
        Whether it was kept.
    """
    if built.seconds < WORTH_SECONDS or not isinstance(built.made, Savable):
        return False
    final = folder_of(key)
    temporary = None
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{key[:16]}.", suffix=".tmp", dir=final.parent))
        built.made.save(temporary)
        told = {"format": FORMAT, "seconds": built.seconds}
        (temporary / BUILT).write_text(json.dumps(told), encoding="utf-8")
        _put(temporary, final)
    except OSError:
        return False
    finally:
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)
    return True


def _put(temporary: Path, final: Path) -> None:
    """Rename a folder over another; a folder that holds files cannot be replaced, so that it goes first."""
    temporary.chmod(0o755)
    if final.exists():
        old = temporary.with_suffix(".old")
        final.rename(old)
        shutil.rmtree(old, ignore_errors=True)
    temporary.rename(final)
