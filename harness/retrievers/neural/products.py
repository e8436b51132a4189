"""Matrix products of a model on the processor, by the library that knows the processor best.

torch multiplies in single precision by MKL, which leaves the widest instructions of other makers' processors
unused; oneDNN, which comes with torch, too, uses them everywhere. On an AMD EPYC with AVX-512 one thread made
210 GFLOP/s in place of 95. The sums are taken in another order, so that last digits change.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Any, Final

PRODUCTS: Final = "oneDNN"


def computed_by(packages: Sequence[str]) -> list[str]:
    """What last digits of a model's numbers depend on beside its weights: versions, and whose products."""
    return [*map(version, packages), PRODUCTS]


def use_processor_products(model: Any) -> Any:
    """Let the linear layers of a model multiply by oneDNN where nothing is trained; the same model.

    Layers on a GPU, in other precisions, of subclasses, and builds of torch without oneDNN stay as they are.
    """
    from torch.nn import Linear

    swift = _layer()
    if swift is not None:
        for part in model.modules():
            if type(part) is Linear:
                part.__class__ = swift
    return model


def product(given: Any, weight: Any, bias: Any) -> Any:
    """given @ weight.T + bias: by oneDNN for single precision on a processor where no gradient is wanted."""
    import torch

    swift = _onednn()
    plain = weight.dtype is torch.float32 and given.dtype is torch.float32 and given.numel()
    if swift is None or not plain or weight.device.type != "cpu" or torch.is_grad_enabled():
        return torch.nn.functional.linear(given, weight, bias)
    return swift(given, weight, bias, "none", [], "")


@cache
def _onednn() -> Any:
    """The operator, or None where torch was built without it."""
    import torch

    available = torch.backends.mkldnn.is_available()
    return getattr(torch.ops.mkldnn, "_linear_pointwise", None) if available else None


@cache
def _layer() -> Any:
    """The class of such layers, or None where torch was built without oneDNN."""
    import torch

    if _onednn() is None:
        return None

    class ProcessorLinear(torch.nn.Linear):  # type: ignore[misc]
        def forward(self, given: Any) -> Any:
            return product(given, self.weight, self.bias)

    return ProcessorLinear
