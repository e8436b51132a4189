"""The number of a model's parameters, counted in the heads of its files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from harness.retrievers.neural.size import model_parameters
from tests.conftest import needs_packages


def _write(file: Path, shapes: dict[str, list[int]]) -> None:
    head = {name: {"dtype": "F32", "shape": shape, "data_offsets": [0, 0]} for name, shape in shapes.items()}
    text = json.dumps({"__metadata__": {"format": "pt"}, **head}).encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text)


def test_shards_add_up(tmp_path: Path) -> None:
    _write(tmp_path / "model-00001-of-00002.safetensors", {"words": [30, 4], "bias": [4]})
    _write(tmp_path / "model-00002-of-00002.safetensors", {"head": [4, 2], "scale": []})
    found = model_parameters({"checkpoint": str(tmp_path), "revision": "sha256:0"})
    assert found == {"model_parameters": 30 * 4 + 4 + 4 * 2 + 1}


def test_what_cannot_be_counted_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickled")
    assert model_parameters({"checkpoint": str(tmp_path)}) == {}
    assert model_parameters({"checkpoint": str(tmp_path / "absent")}) == {}
    assert model_parameters({"url": "http://localhost:8000/v1"}) == {}


def test_a_gguf_file_is_counted_again_when_it_has_changed(tmp_path: Path) -> None:
    needs_packages("llm", "gguf")
    import gguf

    file, found = tmp_path / "tiny.gguf", []
    for rows in (3, 7):
        writer = gguf.GGUFWriter(file, "llama")
        writer.add_tensor("words", np.zeros((rows, 4), dtype=np.float32))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        found += [model_parameters({"checkpoint": str(file)}) for _ in range(2)]
    assert found == [{"model_parameters": 12}] * 2 + [{"model_parameters": 28}] * 2
