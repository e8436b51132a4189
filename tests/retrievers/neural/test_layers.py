"""Layers beside a transformer, read by name from either form of file."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UnavailableError
from harness.retrievers.neural.layers import read_layer
from tests.conftest import needs_neural


@pytest.mark.parametrize("form", ["safetensors", "bin"])
def test_a_layer_is_found_whatever_stands_before_its_name(form: str, tmp_path: Path) -> None:
    needs_neural()
    import torch
    from safetensors.torch import save_file

    state = {
        "coil_encoder.tok_proj.weight": torch.tensor([[1.0, 2.0]], dtype=torch.float16),
        "tok_proj.bias": torch.tensor([3.0]),
        "my_tok_proj.bias": torch.tensor([4.0]),
        "bert.tok_projection.weight": torch.tensor([5.0]),
    }
    if form == "bin":
        torch.save(state, tmp_path / "pytorch_model.bin")
    else:
        save_file(state, tmp_path / "model.safetensors")
    found = read_layer(tmp_path, "tok_proj")
    assert {name: value.tolist() for name, value in found.items()} == {"weight": [[1.0, 2.0]], "bias": [3.0]}
    assert {str(value.dtype) for value in found.values()} == {"float32"}
    assert read_layer(tmp_path, "proj") == {}


def test_a_folder_without_weights_has_no_layer(tmp_path: Path) -> None:
    needs_neural()
    assert read_layer(tmp_path, "tok_proj") == {}


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin"])
def test_a_file_that_holds_no_weights_is_named(name: str, tmp_path: Path) -> None:
    needs_neural()
    (tmp_path / name).write_bytes(b"this is text")
    with pytest.raises(UnavailableError, match=rf"{name} cannot be read"):
        read_layer(tmp_path, "tok_proj")
