"""Outputs of stages, kept by the hash of everything they depend on.

One file a stage, written whole: an interrupted pipeline goes on after its last finished stage, and pipelines
that begin alike share the beginning. A changed parameter, collection, checkpoint or line of a stage's code is
another key, so that nothing stale can be found.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from harness.columns import StringColumn
from harness.files import atomic_write, cache_folder
from harness.rankings import Run

FORMAT = 1


class Kept(NamedTuple):
    """What a stage gave, with its seconds and facts, as JSON can hold them."""

    run: Run
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCache:
    """The folder of stage outputs.

    Attributes:
        since: POSIX time; outputs made before it are made again. 0 takes any.
    """

    since: float = 0.0

    def find(self, key: str) -> Kept | None:
        """The output with this key; None where there is none, or none that can be read."""
        path = path_of(key)
        try:
            if path.stat().st_mtime < self.since:
                return None
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return _unpacked(stored)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def keep(self, key: str, kept: Kept) -> None:
        """Write an output; a folder that cannot be written costs time, not results."""
        run, told = kept
        queries, documents = run.queries.compact(), run.documents.compact()
        about = json.dumps({"tag": run.tag, "told": dict(told)}).encode()
        try:
            with atomic_write(path_of(key)) as stream:
                np.savez(
                    stream,
                    allow_pickle=False,
                    about=np.frombuffer(about, dtype=np.uint8),
                    queries=queries.data,
                    query_offsets=queries.offsets,
                    starts=run.starts,
                    documents=documents.data,
                    document_offsets=documents.offsets,
                    scores=run.scores,
                )
        except OSError:
            pass


def _unpacked(stored: Mapping[str, Any]) -> Kept:
    about = json.loads(stored["about"].tobytes())
    run = Run(
        queries=StringColumn(stored["queries"], stored["query_offsets"]),
        starts=stored["starts"],
        documents=StringColumn(stored["documents"], stored["document_offsets"]),
        scores=stored["scores"],
        tag=about["tag"],
    )
    return Kept(run, about["told"])


def path_of(key: str) -> Path:
    """Where the output with this key lies."""
    return cache_folder() / "stages" / key[:2] / f"{key}.npz"


def key_of(**parts: Any) -> str:
    """Hex sha256 of what an output depends on, as canonical JSON."""
    text = json.dumps({"format": FORMAT, **parts}, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
