"""The cache of encodings: one file for each chunk of texts, below the cache folder.

A file's name is the hash of what decides its content: the encoder (weights, parameters, code, versions of the
libraries) and the texts. It is written whole, so that an interrupted encoding goes on after its last chunk.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.files import atomic_write, cache_folder

Encodings = Mapping[str, npt.NDArray[Any]]
"""Arrays by name; each kind of encoder has its own."""


def chunk_path(identity: str, texts: Sequence[str]) -> Path:
    """Where the encodings of a chunk of texts lie; ``identity`` is the encoder's, in hex."""
    key = hashlib.sha256()
    for text in texts:
        raw = text.encode()
        key.update(len(raw).to_bytes(8, "big") + raw)
    return cache_folder() / "encodings" / identity[:24] / f"{key.hexdigest()[:40]}.npz"


def cached(
    identity: str, texts: Sequence[str], encode: Callable[[Sequence[str]], Encodings]
) -> tuple[Encodings, bool]:
    """The encodings of a chunk and whether they were in the cache; new ones are put there.

    A file that is damaged is encoded again.
    """
    path = chunk_path(identity, texts)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}, True
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        pass
    made = encode(texts)
    keep(identity, texts, made)
    return made, False


def keep(identity: str, texts: Sequence[str], encodings: Encodings) -> None:
    """Put a chunk's encodings into the cache; a folder that cannot be written costs time, not results."""
    try:
        with atomic_write(chunk_path(identity, texts)) as stream:
            np.savez(stream, allow_pickle=False, **dict(encodings))
    except OSError:
        pass
