"""uniCOIL: weights of tokens from a tiny checkpoint whose last layer is written by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.errors import UnavailableError
from harness.records import Document, Query
from harness.retrievers.sparse.unicoil import UniCoil, merged
from tests.conftest import needs_neural

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cat", "dog", "sat", "the"]
DOCUMENTS = [Document("a", "", "the cat sat cat"), Document("b", "", "the dog"), Document("c", "", "sat")]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT with a fixed seed, and a layer that gives 2 to every token whatever its state."""
    needs_neural()
    import torch
    from safetensors.torch import save_file
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("unicoil")
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    model = BertModel(config)
    model.save_pretrained(folder)
    state = {f"bert.{name}": value for name, value in model.state_dict().items()}
    state |= {"tok_proj.weight": torch.zeros(1, 16), "tok_proj.bias": torch.tensor([2.0])}
    save_file({name: value.contiguous() for name, value in state.items()}, folder / "model.safetensors")
    return folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))


def test_repeats_add_up_in_queries_alone() -> None:
    terms, weights = np.array([7, 5, 7, 6]), np.array([1, 2, 3, 0], dtype=np.float32)
    both = [merged(terms, weights, total=total) for total in (False, True)]
    assert [(t.tolist(), w.tolist()) for t, w in both] == [([5, 7], [2, 3]), ([5, 7], [2, 4])]


def test_products_worked_by_hand(checkpoint: Path, tmp_path: Path) -> None:
    retriever = UniCoil(checkpoint=str(checkpoint))
    index = retriever.index(DOCUMENTS)
    found = index.search([Query("q", "cat cat"), Query("r", "the dog")], 10, tag="t").to_dict()
    # every token weighs 2; cat twice makes 4 in the query and 2 in the document
    assert found == {"q": {"a": 8.0}, "r": {"b": 8.0, "a": 4.0}}
    assert index.facts["terms_per_document"] == 2, (
        "the cat sat | the dog | sat: [CLS] and [SEP] weigh nothing"
    )
    (tmp_path / "kept").mkdir()
    index.save(tmp_path / "kept")
    again = retriever.load(tmp_path / "kept")
    assert again.search([Query("q", "cat cat")], 10, tag="t").to_dict() == {"q": found["q"]}
    scaled = UniCoil(checkpoint=str(checkpoint), quantisation=51.2).index(DOCUMENTS)
    assert scaled.search([Query("q", "sat")], 10, tag="t").to_dict()["q"]["c"] == 102.0**2


def test_a_checkpoint_without_the_layer_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "plain"
    shutil.copytree(checkpoint, folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(UnavailableError, match="tok_proj"):
        UniCoil(checkpoint=str(folder)).index(DOCUMENTS)
