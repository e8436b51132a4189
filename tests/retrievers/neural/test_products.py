"""Linear layers that multiply by oneDNN: the same products, and nothing that is trained is cut off."""

from __future__ import annotations

from typing import Any

import pytest

from harness.retrievers.neural.products import use_processor_products
from tests.conftest import needs_neural


@pytest.fixture(autouse=True)
def _torch() -> None:
    needs_neural()


def layers(**more: Any) -> tuple[Any, Any]:
    """A model and a copy whose products are replaced."""
    import copy

    import torch

    torch.manual_seed(1)
    model = torch.nn.Sequential(
        torch.nn.Linear(48, 96, **more), torch.nn.GELU(), torch.nn.Linear(96, 32, bias=False, **more)
    )
    return model, use_processor_products(copy.deepcopy(model))


@pytest.mark.parametrize("shape", [(48,), (1, 48), (3, 7, 48), (0, 48)])
def test_the_products_are_the_same_to_the_last_digits(shape: tuple[int, ...]) -> None:
    import torch

    model, swift = layers()
    given = torch.randn(shape)
    with torch.inference_mode():
        assert torch.allclose(model(given), swift(given), rtol=1e-5, atol=1e-6)
    assert swift(given).shape == model(given).shape


def test_models_can_still_be_trained_and_saved() -> None:
    import torch

    model, swift = layers()
    given = torch.randn(5, 48)
    for each in (model, swift):
        each(given).square().sum().backward()
    for ours, theirs in zip(swift.parameters(), model.parameters(), strict=True):
        assert torch.equal(ours.grad, theirs.grad)
    assert swift.state_dict().keys() == model.state_dict().keys()


def test_other_precisions_and_other_layers_are_left_alone() -> None:
    import torch

    class Own(torch.nn.Linear):  # type: ignore[misc]
        pass

    model, swift = layers(dtype=torch.bfloat16)
    given = torch.randn(5, 48, dtype=torch.bfloat16)
    with torch.inference_mode():
        assert torch.equal(model(given), swift(given))
    assert type(use_processor_products(Own(2, 2))) is Own
