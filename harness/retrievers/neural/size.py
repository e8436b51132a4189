"""How many parameters a checkpoint has, read from the heads of its files without loading a weight."""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from harness.errors import SpecError, UnavailableError
from harness.retrievers.neural.language_model import locate_model

_HEAD_BYTES = 8


def model_parameters(provenance: Mapping[str, str]) -> dict[str, int]:
    """``{"model_parameters": n}`` for weights whose number can be counted, else nothing.

    Args:
        provenance: what a stage says of its weights; ``checkpoint`` and ``revision`` are read. Counted are
            safetensors and GGUF files; weights behind an endpoint and pickled ones are not known.
    """
    name, revision = provenance.get("checkpoint"), provenance.get("revision")
    if not name:
        return {}
    try:
        place = locate_model(name, None if (revision or "").startswith("sha256:") else revision)
    except (SpecError, UnavailableError):
        return {}
    if place.suffix == ".gguf":
        known = place.stat()
        return _counted(_of_gguf(place, known.st_size, known.st_mtime_ns))
    return _counted(sum(_of_safetensors(file) for file in sorted(place.glob("*.safetensors"))))


def _counted(number: int) -> dict[str, int]:
    return {"model_parameters": number} if number else {}


def _of_safetensors(file: Path) -> int:
    """The head is its length in 8 bytes, little-endian, and JSON: https://github.com/huggingface/safetensors."""
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(_HEAD_BYTES), "little")
        head = json.loads(opened.read(length))
    return sum(math.prod(tensor["shape"]) for name, tensor in head.items() if name != "__metadata__")


@lru_cache
def _of_gguf(file: Path, _size: int, _changed: int) -> int:
    """Counted once a process: the reader takes seconds for a vocabulary."""
    if importlib.util.find_spec("gguf") is None:
        return 0
    from gguf import GGUFReader

    return sum(int(tensor.n_elements) for tensor in GGUFReader(file).tensors)
