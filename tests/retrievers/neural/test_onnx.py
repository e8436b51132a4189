"""ONNX against torch on the same weights: a tiny BERT with a fixed seed, written here."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UnavailableError
from harness.records import Document, Query
from harness.retrievers.dense.retriever import Dense
from harness.retrievers.sparse.splade import Splade
from harness.retrievers.sparse.token_weights import read_token_weights
from tests.conftest import needs_neural, needs_packages

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cat", "dog", "sat", "ran", "on", "the", "mat", "##s"]
DOCUMENTS = [
    Document("a", "", "the cat sat on the mat"),
    Document("b", "", "dogs ran"),
    Document("c", "", "the dog"),
]
QUERIES = [Query("q1", "cats"), Query("q2", "the dog ran")]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A masked language model of two layers, in the form of transformers, and as ``model.onnx``."""
    needs_neural()
    needs_packages("onnx", "onnxruntime", "onnx")
    import torch
    from transformers import BertConfig, BertForMaskedLM, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"))
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
    )
    model = BertForMaskedLM._from_config(config, attn_implementation="eager").eval()
    torch.nn.init.normal_(model.cls.predictions.decoder.weight, std=1.0)
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
    export(model, tokenizer, folder / "model.onnx", "logits")
    (folder / "base").mkdir()
    tokenizer.save_pretrained(folder / "base")
    model.bert.save_pretrained(folder / "base")
    export(model.bert, tokenizer, folder / "base" / "model.onnx", "last_hidden_state")
    return folder


def export(model: Any, tokenizer: Any, path: Path, output: str) -> None:
    """By torch's older exporter, which needs no further package."""
    import torch

    class Positional(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *given: Any) -> Any:
            return self.model(**dict(zip(names, given, strict=True)))[output]

    names = ["input_ids", "attention_mask", "token_type_ids"]
    given = tokenizer(["the cat", "dog"], padding=True, return_tensors="pt")
    axes = {name: {0: "batch", 1: "tokens"} for name in (*names, output)}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Positional().eval(), tuple(given[name] for name in names), str(path), dynamo=False,
            input_names=names, output_names=[output], dynamic_axes=axes, opset_version=17,
        )  # fmt: skip


def found(retriever: Any) -> dict[str, dict[str, float]]:
    index = retriever.index(DOCUMENTS)
    return index.search(QUERIES, 5, tag="t").to_dict()  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))


@pytest.mark.parametrize("kind", [Splade, Dense], ids=["splade", "dense"])
def test_both_backends_give_the_same(kind: Any, checkpoint: Path) -> None:
    place = str(checkpoint / "base" if kind is Dense else checkpoint)
    by_torch, by_onnx = (found(kind(checkpoint=place, backend=backend)) for backend in ("torch", "onnx"))
    assert {q: list(ranking) for q, ranking in by_onnx.items()} == {
        q: list(ranking) for q, ranking in by_torch.items()
    }
    for query, ranking in by_torch.items():
        assert by_onnx[query] == pytest.approx(ranking, abs=1e-4)


def packed(checkpoint: Path, folder: Path, *more: Any, pooling: str = "cls") -> Path:
    """A checkpoint as sentence-transformers itself writes one, with the ONNX model of its transformer."""
    import shutil

    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    base = checkpoint / "base"
    made = [Transformer(str(base), max_seq_length=16), Pooling(16, pooling_mode=pooling), *more]
    SentenceTransformer(modules=made, device="cpu").save(str(folder), create_model_card=False)
    shutil.copyfile(base / "model.onnx", folder / "model.onnx")
    return folder


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_pooling_and_normalisation_of_the_checkpoint_count(
    pooling: str, checkpoint: Path, tmp_path: Path
) -> None:
    from sentence_transformers.sentence_transformer.modules import Normalize

    place = str(packed(checkpoint, tmp_path / "packed", Normalize(), pooling=pooling))
    by_torch, by_onnx = (
        found(Dense(checkpoint=place, similarity="dot", backend=backend))  # type: ignore[arg-type]
        for backend in ("torch", "onnx")
    )
    for query, ranking in by_torch.items():
        assert by_onnx[query] == pytest.approx(ranking, abs=1e-4)
        assert max(ranking.values()) <= 1 + 1e-6


def test_modules_that_onnx_would_leave_out_are_refused(checkpoint: Path, tmp_path: Path) -> None:
    from sentence_transformers.sentence_transformer.modules import Dense as Layer

    place = packed(checkpoint, tmp_path / "projected", Layer(16, 4))
    with pytest.raises(UnavailableError, match=r"not run: Dense\. Use backend: torch"):
        found(Dense(checkpoint=str(place), backend="onnx"))
    place = packed(checkpoint, tmp_path / "greatest", pooling="max")
    with pytest.raises(UnavailableError, match="pools by max"):
        found(Dense(checkpoint=str(place), backend="onnx"))
    (place / "1_Pooling" / "config.json").write_text('{"pooling_mode_lasttoken": true}')
    with pytest.raises(UnavailableError, match="pools by pooling_mode_lasttoken"):
        found(Dense(checkpoint=str(place), backend="onnx"))
    (place / "1_Pooling" / "config.json").write_text('{"pooling_mode": "cls", "include_prompt": false}')
    with pytest.raises(UnavailableError, match="include_prompt"):
        found(Dense(checkpoint=str(place), backend="onnx"))


def test_a_folder_without_a_model_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    AutoTokenizer.from_pretrained(checkpoint).save_pretrained(tmp_path / "bare")
    with pytest.raises(UnavailableError, match=r"model\.onnx"):
        found(Splade(checkpoint=str(tmp_path / "bare"), backend="onnx"))
    (tmp_path / "bare" / "model.onnx").write_bytes(b"nonsense")
    with pytest.raises(UnavailableError, match="cannot be loaded"):
        found(Splade(checkpoint=str(tmp_path / "bare"), backend="onnx"))


def test_queries_weighed_by_the_checkpoint(checkpoint: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "idf"
    shutil.copytree(checkpoint, folder)
    with pytest.raises(UnavailableError, match=r"idf\.json"):
        read_token_weights(folder)
    (folder / "idf.json").write_text(json.dumps({"cat": 2.0, "dog": 3.0, "the": 0.0, "[CLS]": 9.0}))
    own = {"checkpoint": str(folder), "max_length": 16}
    ones = found(Splade(query_encoder="binary", **own))
    weighed = found(Splade(query_encoder="idf", **own))
    alone = Splade(query_encoder="binary", **own).index(DOCUMENTS)
    cat = alone.search([Query("q", "cat")], 5, tag="t").to_dict()["q"]
    dog = alone.search([Query("q", "dog")], 5, tag="t").to_dict()["q"]
    assert weighed["q1"] == pytest.approx({name: 2 * score for name, score in cat.items()})
    assert weighed["q2"] == pytest.approx({name: 3 * score for name, score in dog.items()})
    assert weighed != ones
    (folder / "idf.json").write_text('{"cat": -1}')
    with pytest.raises(UnavailableError, match="weights of 0 or more"):
        read_token_weights(folder)


def test_a_module_of_static_weights_is_read(checkpoint: Path, tmp_path: Path) -> None:
    import shutil

    import numpy as np
    from safetensors.numpy import save_file

    folder = tmp_path / "static"
    shutil.copytree(checkpoint, folder)
    module = folder / "query_0_SparseStaticEmbedding"
    module.mkdir()
    save_file({"weight": np.arange(len(WORDS), dtype=np.float32)}, module / "model.safetensors")
    weights = read_token_weights(folder)
    assert weights["cat"] == 5
    assert weights["##s"] == 12


def test_the_second_logarithm_worked_by_hand() -> None:
    needs_neural()
    import numpy as np
    import torch

    from harness.retrievers.neural.transformer import Batch
    from harness.retrievers.sparse.encoder import pooled

    mask = torch.tensor([[True, True]])
    e = float(np.e)
    logits = torch.tensor([[[np.exp(e - 1) - 1, -5.0], [0.0, 0.0]]], dtype=torch.float32)
    # log(1 + exp(e - 1) - 1) = e - 1, and log(1 + e - 1) = 1
    made = pooled(Batch([0], logits, mask, ~mask), "max", "log1p-log1p")
    assert made == pytest.approx(np.array([[1.0, 0.0]]), abs=1e-6)
