"""The linear layers of a ColBERT checkpoint, which turn hidden states into the vectors that are compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from harness.errors import UnavailableError
from harness.retrievers.late_interaction.layout import Colbert

WEIGHTS: Final = ("model.safetensors", "pytorch_model.bin")
LINEAR: Final = "linear.weight"

Projection = Callable[[Any], Any]
"""Float states [..., in] to float states [..., out]."""


def read_projections(checkpoint: Colbert) -> list[Projection]:
    """The layers in order; one for the layout of ColBERT's authors.

    Raises:
        UnavailableError: a file is absent or damaged, or a layer is of a kind that is not known.
    """
    if not checkpoint.projections:
        tensors = _tensors(checkpoint.transformer, LINEAR)
        return [_linear(tensors, "linear", checkpoint.transformer)]
    return [_dense(folder) for folder in checkpoint.projections]


def _dense(folder: Path) -> Projection:
    """A Dense module of sentence-transformers or PyLate: activation(linear(x)), plus x or its residual."""
    from torch import nn

    try:
        told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        name = str(told.get("activation_function") or "torch.nn.modules.linear.Identity")
        residual = bool(told.get("use_residual", False))
    except (OSError, ValueError, AttributeError) as error:
        raise UnavailableError(f"{folder / 'config.json'} cannot be read: {error}") from error
    module, _, kind = name.rpartition(".")
    if not module.startswith("torch.nn") or not hasattr(nn, kind):
        raise UnavailableError(f"{folder}: expected an activation of torch.nn, found {name}.")
    tensors = _tensors(folder, "")
    linear, activation = _linear(tensors, "linear", folder), getattr(nn, kind)()
    if not residual:
        return lambda states: activation(linear(states))
    beside = _linear(tensors, "residual", folder) if "residual.weight" in tensors else None
    return lambda states: activation(linear(states)) + (beside(states) if beside else states)


def _linear(tensors: Mapping[str, Any], name: str, folder: Path) -> Projection:
    from torch.nn import functional

    weight, bias = tensors.get(f"{name}.weight"), tensors.get(f"{name}.bias")
    if weight is None or weight.ndim != 2:
        raise UnavailableError(
            f"The checkpoint in {folder} has no {name}.weight in {' or '.join(WEIGHTS)}, the projection that "
            "ColBERT's vectors come from."
        )
    weight = weight.float()
    bias = None if bias is None else bias.float()
    return lambda states: functional.linear(states, weight, bias)


def _tensors(folder: Path, only: str) -> dict[str, Any]:
    """The tensors of a weights file, or the one that is named, if it is there."""
    import torch
    from safetensors import SafetensorError, safe_open  # type: ignore[import-not-found,unused-ignore]

    safe, pickled = (folder / name for name in WEIGHTS)
    try:
        if safe.is_file():
            with safe_open(str(safe), framework="pt") as file:
                return {name: file.get_tensor(name) for name in file.keys() if only in ("", name)}  # noqa: SIM118
        if pickled.is_file():
            whole = torch.load(str(pickled), map_location="cpu", weights_only=True)
            return {name: tensor for name, tensor in whole.items() if only in ("", name)}
    except (OSError, ValueError, RuntimeError, EOFError, SafetensorError) as error:
        raise UnavailableError(f"The weights in {folder} cannot be read: {error}") from error
    raise UnavailableError(f"The folder {folder} has no weights: expected {' or '.join(WEIGHTS)}.")
