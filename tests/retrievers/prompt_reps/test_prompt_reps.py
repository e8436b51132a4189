"""PromptReps: the sparse part worked by hand; the rest with a tiny language model with a fixed seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.records import Document, Query
from harness.retrievers.prompt_reps.encoder import ANSWER, PromptRepsEncoder, batches, lean
from harness.retrievers.prompt_reps.retriever import PromptReps
from tests.conftest import needs_neural

DOCUMENTS = [
    Document("a", "", "cats sat on mats"),
    Document("b", "", "interest rates"),
    Document("c", "", "the of"),
    Document("empty", "", ""),
]
QUERIES = [Query("q1", "cats"), Query("q2", "Rates, of INTEREST!"), Query("none", " ")]


def test_only_the_text_s_own_terms_have_weight() -> None:
    e = float(np.e)
    logits = np.array([9.0, e - 1, -2.0, e**2 - 1, e - 1, 0.0], dtype=np.float32)
    terms, weights = lean(logits, np.array([1, 2, 3, 4, 5], dtype=np.int32), 2)
    assert terms.tolist() == [1, 3], "2 has a negative logit; 1 and 4 are tied; 0 is not of the text"
    assert weights == pytest.approx([1.0, 2.0])
    terms, _ = lean(logits, np.array([2, 5], dtype=np.int32), 2)
    assert terms.tolist() == [0, 3], "no word is left: the heaviest of all"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two layers over single bytes."""
    needs_neural()
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny-lm")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    raw = Tokenizer(models.BPE(vocab={letter: i for i, letter in enumerate(letters)}, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=raw).save_pretrained(folder)
    torch.manual_seed(5)
    config = LlamaConfig(
        vocab_size=256, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=2048,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("representation", ["dense", "sparse", "hybrid"])
def test_every_representation_searches_and_is_kept(
    representation: Any, checkpoint: str, tmp_path: Path
) -> None:
    retriever = PromptReps(checkpoint=checkpoint, representation=representation)
    index = retriever.index(DOCUMENTS)
    found = index.search(QUERIES, 10, tag="t")
    assert found.queries.tolist() == ["q1", "q2"]
    assert "empty" not in found.documents.tolist()
    assert index.facts["empty_documents"] == 1
    assert ("dimensions" in index.facts) == (representation != "sparse")
    assert ("postings" in index.facts) == (representation != "dense")
    (tmp_path / "kept").mkdir()
    index.save(tmp_path / "kept")
    assert retriever.load(tmp_path / "kept").search(QUERIES, 10, tag="t").to_dict() == found.to_dict()
    other = PromptReps(checkpoint=checkpoint, representation=representation, max_length=3)
    with pytest.raises(ValueError, match="another encoder"):
        other.load(tmp_path / "kept")


def test_a_hybrid_is_half_of_each(checkpoint: str) -> None:
    def ranking(representation: Any) -> dict[str, float]:
        made = PromptReps(checkpoint=checkpoint, representation=representation).index(DOCUMENTS)
        return made.search(QUERIES[:1], 10, tag="t").to_dict()["q1"]

    def unit(scores: dict[str, float]) -> dict[str, float]:
        low, high = min(scores.values()), max(scores.values())
        return {name: (score - low) / max(high - low, 1e-9) for name, score in scores.items()}

    dense, sparse, hybrid = unit(ranking("dense")), unit(ranking("sparse")), ranking("hybrid")
    expected = {name: (dense.get(name, 0) + sparse.get(name, 0)) / 2 for name in dense | sparse}
    assert hybrid == pytest.approx(expected)


def test_batches_do_not_change_the_encodings(checkpoint: str) -> None:
    texts = ["cats", "a much longer text about interest rates", "x"]

    def encoded(batch_size: int) -> Any:
        encoder = PromptRepsEncoder(
            checkpoint=checkpoint, revision=None, precision="float32", identity="0", max_length=64,
            terms=5, batch_size=batch_size,
        )  # fmt: skip
        return encoder.encode(texts, query=False), encoder.encode(texts, query=True)

    (one, one_query), (three, _) = encoded(1), encoded(3)
    assert one["vectors"] == pytest.approx(three["vectors"], abs=1e-5)
    assert one["terms"].tolist() == three["terms"].tolist()
    assert not np.allclose(one["vectors"], one_query["vectors"], atol=1e-3), "queries have another prompt"
    assert np.linalg.norm(one["vectors"], axis=1) == pytest.approx(1)
    assert ANSWER.endswith('"'), "the answer has begun, so that a word comes next"


def test_long_texts_are_read_fewer_at_a_time() -> None:
    """512 tokens: one text of 600, one of 300, two of 200 (the shorter is padded), three by number."""
    lengths = [200, 300, 10, 600, 150, 10, 10, 10]
    found = list(batches([3, 1, 0, 4, 2, 5, 6, 7], lengths, 3))
    assert found == [[3], [1], [0, 4], [2, 5, 6], [7]]


@pytest.mark.parametrize("query", [False, True])
def test_what_stands_before_a_text_is_read_as_with_the_text(query: bool, checkpoint: str) -> None:
    import torch

    texts = ["interest rates", "cats", "a much longer text about interest rates"]
    encoder = PromptRepsEncoder(
        checkpoint=checkpoint, revision=None, precision="float32", identity="0", max_length=64, terms=5,
        batch_size=2,
    )  # fmt: skip
    found = encoder.encode(texts, query=query)
    before, after = encoder._prompt(query)
    loaded = encoder._load()
    for row, text in enumerate(texts):
        whole = [*before, *loaded.tokenizer(text)["input_ids"], *after]
        with torch.inference_mode():
            state = loaded.model.get_decoder()(torch.tensor([whole])).last_hidden_state[0, -1]
        assert found["vectors"][row] == pytest.approx((state / state.norm()).numpy(), abs=1e-5)
