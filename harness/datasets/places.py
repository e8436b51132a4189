"""Where data lies on this machine, and what to say when it does not."""

from __future__ import annotations

import os
from pathlib import Path

from harness.errors import Problem, UnavailableError
from harness.files import cache_folder, without_tilde

SUFFIXES = ("", ".gz", ".zst")


def data_root() -> Path:
    """The folder of data sets: ``$HARNESS_DATA``, else the cache folder."""
    named = os.environ.get("HARNESS_DATA")
    return without_tilde(os.path.expandvars(named)) if named else cache_folder()


def resolve(path: str) -> Path:
    """Expand ``$VARIABLES`` and ``~`` in ``path``; a relative path starts at :func:`data_root`."""
    return data_root() / without_tilde(os.path.expandvars(path))


def forms_of(folder: Path, name: str) -> list[Path]:
    """The files ``folder/name``, plain and with ``.gz`` or ``.zst`` behind it, that are there."""
    return [path for suffix in SUFFIXES if (path := folder / f"{name}{suffix}").is_file()]


def is_beir_folder(folder: Path) -> bool:
    """Whether ``folder`` holds a corpus in BEIR layout; what else it lacks is said when it is read."""
    return bool(forms_of(folder, "corpus.jsonl"))


def unavailable(name: str, why: str, *, get_it: str, place: Path) -> UnavailableError:
    """The error for data that cannot be had from here.

    Args:
        name: the data set.
        why: what was tried and how it failed, a sentence.
        get_it: the URL, or in words where a copy comes from.
        place: the folder in BEIR layout that will be found.
    """
    return UnavailableError(
        f"The data of {name!r} cannot be reached from here: {why}",
        [
            Problem("get it from", get_it),
            Problem("put it into", f"{place} (corpus.jsonl, queries.jsonl, qrels/; plain or .gz)"),
            Problem("run again", f"harness datasets audit {name}"),
        ],
    )
