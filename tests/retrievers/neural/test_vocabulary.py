"""The last layer of a masked language model in blocks: the weights are those of whole logits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from harness.retrievers.neural.products import use_processor_products
from harness.retrievers.neural.transformer import Batch, Transformer
from harness.retrievers.neural.vocabulary import BLOCK, Vocabulary, take_out
from harness.retrievers.sparse.encoder import pooled
from tests.conftest import needs_neural

TEXTS = ["How are runs judged?", "", "A run ranks the documents of a collection for every topic, best first."]


@pytest.fixture(autouse=True)
def _torch() -> None:
    needs_neural()


@pytest.mark.parametrize("pooling", ["max", "sum"])
def test_weights_of_a_real_model_are_those_of_whole_logits(pooling: Any) -> None:
    import cognition

    folder = f"{cognition.__path__[0]}/model"
    whole = model(folder)
    ours = Transformer(folder, head="masked-lm", max_length=64, batch_size=2)
    seen = 0
    for batch in ours.batches(TEXTS):
        assert batch.vocabulary is not None
        assert len(batch.vocabulary.weight) > BLOCK
        logits = whole(batch)
        assert batch.logits().shape == logits.shape
        expected = pooled(Batch(batch.rows, logits, batch.mask, batch.special), pooling)
        assert pooled(batch, pooling) == pytest.approx(expected, abs=1e-5)
        assert (expected > 0).any(axis=1).all()
        seen += len(batch.rows)
    assert seen == len(TEXTS)


def model(folder: str) -> Any:
    """The plain model of transformers, as the logits of a batch."""
    import torch
    from transformers import AutoModelForMaskedLM

    plain = AutoModelForMaskedLM.from_pretrained(folder, local_files_only=True).eval()

    def logits(batch: Batch) -> Any:
        with torch.inference_mode():
            return plain(input_ids=batch.ids, attention_mask=batch.mask.long()).logits

    return logits


def test_a_text_without_tokens_has_no_weights() -> None:
    import torch

    vocabulary = Vocabulary(torch.ones(3, 2), torch.tensor([1.0, 0.0, -9.0]))
    mask = torch.tensor([[True], [False]])
    batch = Batch([0, 1], torch.ones(2, 1, 2), mask, ~mask, None, vocabulary)
    # 1 + 1 + the bias 1, 0, -9; then log(1 + 3), log(1 + 2), and nothing below zero
    assert pooled(batch, "max") == pytest.approx(np.array([[np.log(4), np.log(3), 0], [0, 0, 0]]), abs=1e-6)


@pytest.mark.parametrize("factor", [1, 2])
def test_a_model_that_goes_on_after_its_last_layer_stays_whole(factor: int) -> None:
    import torch

    class Model(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.words, self.last = torch.nn.Embedding(7, 4), torch.nn.Linear(4, 7)

        def get_output_embeddings(self) -> Any:
            return self.last

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return SimpleNamespace(logits=factor * self.last(self.words(input_ids)))

    torch.manual_seed(3)
    whole = use_processor_products(Model())
    given = {"input_ids": torch.tensor([[1, 6]]), "attention_mask": torch.ones(1, 2)}
    with torch.inference_mode():
        before = whole(**given).logits
        taken = take_out(whole)
        after = whole(**given).logits
        assert (taken is None) == (factor == 2)
        assert torch.equal(after if taken is None else taken.logits(after), before)
