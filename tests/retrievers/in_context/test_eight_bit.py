"""Products in 8-bit floats: what they round, and what that does to BlockRank's scores."""

from __future__ import annotations

import pytest

from harness.errors import UnavailableError
from harness.retrievers.in_context.blockrank import BlockRank
from harness.retrievers.in_context.eight_bit import rounded, use_eight_bit
from tests.retrievers.in_context.test_smollm2 import DOCUMENTS, FIRST, QUERY, needs_llm
from tests.retrievers.in_context.tiny import model_of


def test_rows_are_rounded_by_their_largest_value() -> None:
    """With four significant bits: 17 lies between 16 and 18, its steps being 2; 448 and 0 stay."""
    import torch

    rows = torch.tensor([[448.0, 17.0, 0.0, -1.03], [44.8, 1.7, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    eight, scale = rounded(rows)
    back = eight.float() * scale
    assert back[0].tolist() == [448.0, 16.0, 0.0, -1.0]
    assert back[1].tolist() == pytest.approx([44.8, 1.6, 0.0, 0.0])
    assert back[2].tolist() == [0.0, 0.0, 0.0, 0.0]


def test_a_product_is_that_of_the_rounded_factors() -> None:
    """Held against single precision on the rounded numbers; bfloat16's own rounding is 2^-8 of the result."""
    import torch

    model = model_of("Qwen2")
    layer = model.get_decoder().layers[0]
    part = layer.self_attn.q_proj
    weight, bias = part.weight.detach().clone(), part.bias.detach().clone()
    use_eight_bit(model)
    given = torch.randn(2, 5, 32)
    (rows, by_row), (columns, by_column) = rounded(given), rounded(weight)
    expected = (rows.float() * by_row) @ (columns.float() * by_column).t() + bias
    found = layer.self_attn.q_proj(given)
    assert found.shape == (2, 5, 32)
    assert torch.allclose(found, expected, rtol=2**-8, atol=2**-8)
    assert not any(type(part) is torch.nn.Linear for part in model.get_decoder().layers.modules())
    assert isinstance(model.lm_head, torch.nn.Linear)


def test_widths_that_cannot_be_multiplied_are_refused() -> None:
    with pytest.raises(UnavailableError, match=r"multiples of 16; mlp\.gate_proj of Llama"):
        use_eight_bit(model_of("Llama", intermediate_size=50))


@pytest.mark.slow
def test_scores_of_smollm2_stay_near() -> None:
    """Shares of three documents at an early layer differ by less than 0.02."""
    needs_llm()
    exact, eight = (
        BlockRank(layer=6, query_position=512, products=products).open().rank(QUERY, DOCUMENTS, FIRST).scores
        for products in ("float", "8-bit")
    )
    assert sum(eight) == pytest.approx(1)
    assert max(abs(a - b) for a, b in zip(exact, eight, strict=True)) < 0.02
