"""Linear layers that multiply by oneDNN: the same products, and nothing that is trained is cut off."""

from __future__ import annotations

from typing import Any

import pytest

from harness.retrievers.neural import products
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


@pytest.mark.parametrize("rows", [1, 2, 7, 300])
def test_weights_kept_in_onednns_order_give_the_same_bits(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import copy

    import torch

    _, packed = layers()
    monkeypatch.setattr(products, "PACKED_BYTES", 0)
    _, plain = layers()
    with torch.inference_mode():
        given = torch.randn(rows, 48)
        assert torch.equal(packed(given), plain(given))
        assert torch.equal(copy.deepcopy(packed)(given), plain(given))
    assert (packed[0].packed is not None) == (rows > 1)
    assert plain[0].packed is None


def test_changed_weights_are_put_in_order_anew() -> None:
    import torch

    model, swift = layers()
    given = torch.randn(5, 48)
    for each in (model, swift):
        with torch.inference_mode():
            each(given)
        with torch.no_grad():
            each[0].weight.mul_(-3)
    with torch.inference_mode():
        assert torch.allclose(model(given), swift(given), rtol=1e-5, atol=1e-6)


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
