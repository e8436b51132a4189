"""Layers that a checkpoint adds to a plain transformer, read by name."""

from __future__ import annotations

import re
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Final

from harness.errors import UnavailableError
from harness.retrievers.rows import Float32s

FILES: Final = ("model.safetensors", "pytorch_model.bin")


def read_layer(folder: Path, name: str) -> dict[str, Float32s]:
    """The arrays of a layer by what follows its name, whatever stands before it; empty where there is none.

    Args:
        folder: with ``model.safetensors`` or ``pytorch_model.bin``; the first that is there counts.
        name: ``tok_proj`` finds ``tok_proj.weight`` and ``encoder.tok_proj.weight``, both as ``weight``.

    Raises:
        UnavailableError: the file cannot be read.
    """
    from safetensors import SafetensorError

    damaged = (
        OSError, ValueError, RuntimeError, EOFError, LookupError, AttributeError, UnpicklingError,
        SafetensorError,
    )  # fmt: skip
    pattern = re.compile(rf"(?:.*\.)?{re.escape(name)}\.(.+)")
    for path in (folder / file for file in FILES):
        if path.is_file():
            try:
                found = _found(path, pattern)
            except damaged as error:  # whatever the bytes make the readers do
                reason = str(error).strip().partition("\n")[0]
                raise UnavailableError(f"The weights in {path} cannot be read: {reason}") from error
            return {name: value.float().numpy() for name, value in found.items()}
    return {}


def _found(path: Path, pattern: re.Pattern[str]) -> dict[str, Any]:
    """Tensors by what follows the layer's name."""
    import torch
    from safetensors import safe_open

    if path.suffix == ".safetensors":
        with safe_open(path, framework="pt") as stored:
            names = {key: pattern.fullmatch(key) for key in stored.keys()}  # noqa: SIM118 (no dictionary)
            return {found[1]: stored.get_tensor(key) for key, found in names.items() if found}
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {found[1]: value for key, value in state.items() if (found := pattern.fullmatch(key))}
