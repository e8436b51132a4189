"""Matrix products of a model on the processor, by the library that knows the processor best.

torch multiplies in single precision by MKL, which leaves the widest instructions of other makers' processors
unused; oneDNN, which comes with torch, too, uses them everywhere. On an AMD EPYC with AVX-512 one thread made
210 GFLOP/s in place of 95. The sums are taken in another order, so that last digits change.

oneDNN reads weights in an order of its own. Putting them into it anew for every product costs as much as some
ten rows do, so that models of up to :data:`PACKED_BYTES` keep their weights in it, too: a query of 8 tokens
takes SmolLM2-135M 30 ms in place of 46, one of 100 tokens 131 in place of 165, and the sums are the same.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Any, Final

from harness.retrievers.rows import Float32s

PRODUCTS: Final = "oneDNN"
PACKED_BYTES: Final = 2**30
"""Weights of linear layers that are held a second time; those of larger models would be missed elsewhere."""


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
        own = [part for part in model.modules() if type(part) is Linear]
        packs = sum(part.weight.nbytes for part in own) <= PACKED_BYTES
        for part in own:
            part.__class__ = swift
            part.packs = packs
    return model


def product(given: Any, weight: Any, bias: Any) -> Any:
    """given @ weight.T + bias: by oneDNN for single precision on a processor where no gradient is wanted."""
    import torch

    if not _goes(given, weight):
        return torch.nn.functional.linear(given, weight, bias)
    return _onednn()(given, weight, bias, "none", [], "")


def row_products(given: Float32s, others: Float32s) -> Float32s:
    """given @ others.T of float32[n, d] and float32[m, d]: by oneDNN where torch is, else by numpy's BLAS."""
    if importlib.util.find_spec("torch") is None:
        made: Float32s = given @ others.T
        return made
    import torch

    rows, columns = (
        torch.from_numpy(each if each.flags.writeable else each.copy()) for each in (given, others)
    )
    with torch.inference_mode():
        found: Float32s = product(rows, columns, None).numpy()
    return found


def _goes(given: Any, weight: Any) -> bool:
    """Whether oneDNN can multiply these, and nothing is trained."""
    import torch

    plain = weight.dtype is torch.float32 and given.dtype is torch.float32 and given.numel()
    return bool(plain and weight.device.type == "cpu" and not torch.is_grad_enabled() and _onednn())


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
        packs = False
        packed: tuple[Any, Any] | None = None  # which weights, and they in oneDNN's order

        def forward(self, given: Any) -> Any:
            one_row = given.numel() == given.shape[-1]  # of which another order would change last digits
            if not self.packs or one_row or not _goes(given, self.weight):
                return product(given, self.weight, self.bias)
            return _onednn()(given, self._in_order(), self.bias, "none", [], "")

        def __getstate__(self) -> dict[str, Any]:
            return {**self.__dict__, "packed": None}  # copies make their own: this order has no storage

        def _in_order(self) -> Any:
            weight = self.weight
            state = weight.data_ptr(), None if weight.is_inference() else weight._version
            if self.packed is None or self.packed[0] != state:
                ordered = torch.ops.mkldnn._reorder_linear_weight(weight.detach())
                self.packed = state, ordered
            return self.packed[1]

    return ProcessorLinear
