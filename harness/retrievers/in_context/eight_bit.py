"""Products of 8-bit floats in place of a decoder's own: half the memory of its layers, faster on newer GPUs.

Both factors are rounded to four bits of exponent and three of mantissa (torch.float8_e4m3fn, E4M3 of
P. Micikevicius et al., "FP8 formats for deep learning", arXiv:2209.05433), each row scaled by its largest
value; the sums are taken in full. Needs torch alone.
"""

from __future__ import annotations

from typing import Any, Final

from harness.errors import UnavailableError
from harness.retrievers.in_context.blocks import Tensor

LARGEST: Final = 448.0
"""The largest number of the format."""
MULTIPLE: Final = 16
"""Rows and columns of a factor are multiples of it."""


def rounded(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Rows [..., n, d] in 8 bits, and the factor [..., n, 1] of each."""
    import torch

    scale = rows.abs().amax(dim=-1, keepdim=True).float().clamp(min=1e-12) / LARGEST
    return (rows.float() / scale).to(torch.float8_e4m3fn), scale


def use_eight_bit(model: Any) -> None:
    """Replace the products in a decoder's layers for good; embedding, norms, attention and head stay.

    Raises:
        UnavailableError: a layer's width is no multiple of 16.
    """
    from torch.nn import Linear

    for layer in model.get_decoder().layers:
        found = [(name, part) for name, part in layer.named_modules() if isinstance(part, Linear)]
        for name, part in found:
            if part.in_features % MULTIPLE or part.out_features % MULTIPLE:
                raise UnavailableError(
                    f"Products in 8 bits need widths that are multiples of {MULTIPLE}; {name} of "
                    f"{type(model).__name__} has {part.in_features} and {part.out_features}."
                )
            holder, _, last = name.rpartition(".")
            setattr(layer.get_submodule(holder), last, _product(part))


def _product(part: Any) -> Any:
    """A module that multiplies as ``part``, a torch.nn.Linear, does, in 8 bits."""
    import torch

    class Product(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            weight, scale = rounded(part.weight.detach())
            self.register_buffer("weight", weight)
            self.register_buffer("scale", scale)
            self.register_buffer("bias", None if part.bias is None else part.bias.detach())

        def forward(self, given: Tensor) -> Tensor:
            rows, scale = rounded(given.flatten(0, -2))
            made = torch._scaled_mm(  # with a factor for each row it gives bfloat16 alone on a GPU
                rows, self.weight.t(), scale_a=scale, scale_b=self.scale.t(), out_dtype=torch.bfloat16
            )
            made = made.to(given.dtype).unflatten(0, given.shape[:-1])
            return made if self.bias is None else made + self.bias

    return Product()
