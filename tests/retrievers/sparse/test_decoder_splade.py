"""SPLADE on a decoder: weights of a tiny Mistral, computed a second time here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.errors import SpecError, UnavailableError
from harness.records import Document, Query
from harness.retrievers.sparse.decoder_splade import DecoderSplade
from tests.conftest import needs_neural

DOCUMENTS = [
    Document("a", "", "cats sat on mats"),
    Document("b", "interest", "rates"),
    Document("empty", "", ""),
]
QUERIES = [Query("q1", "cats"), Query("q2", "rates of interest"), Query("none", " ")]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """Two layers over single bytes, with a token before every text; logits are spread out."""
    needs_neural()
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import MistralConfig, MistralForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny-mistral")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {"<s>": 0, **{letter: number for number, letter in enumerate(letters, start=1)}}
    raw = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    raw.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    PreTrainedTokenizerFast(tokenizer_object=raw, bos_token="<s>").save_pretrained(folder)
    torch.manual_seed(5)
    config = MistralConfig(
        vocab_size=257, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=2048, bos_token_id=0, eos_token_id=0,
    )  # fmt: skip
    model = MistralForCausalLM(config).eval()
    with torch.no_grad():
        model.lm_head.weight.mul_(10)
    model.save_pretrained(folder)
    return folder, model


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))


def weights(checkpoint: tuple[Path, Any], before: str, text: str) -> Any:
    """log(1 + relu) of each logit at the text's tokens after <s> and ``before``, then the greatest."""
    import torch
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(checkpoint[0])
    size = len(tokenizer(text, add_special_tokens=False)["input_ids"])
    ids = tokenizer(before + text)["input_ids"]
    assert ids[0] == 0
    with torch.no_grad():
        logits = checkpoint[1](torch.tensor([ids])).logits[0, -size:]
    return torch.log1p(torch.relu(logits)).max(dim=0).values.numpy()


def test_the_second_reading_is_pooled(checkpoint: tuple[Path, Any], tmp_path: Path) -> None:
    retriever = DecoderSplade(checkpoint=str(checkpoint[0]))
    index = retriever.index(DOCUMENTS)
    found = index.search(QUERIES, 10, tag="t")
    assert found.queries.tolist() == ["q1", "q2"]
    documents = {"a": "cats sat on mats", "b": "interest rates"}
    for query in QUERIES[:2]:
        own = weights(checkpoint, query.text, query.text)
        for name, score in found.to_dict()[query.id].items():
            text = documents[name]
            assert score == pytest.approx(float(own @ weights(checkpoint, text, text)), rel=1e-4)
    assert index.facts["empty_documents"] == 1
    (tmp_path / "kept").mkdir()
    index.save(tmp_path / "kept")
    again = retriever.load(tmp_path / "kept").search(QUERIES, 10, tag="t")
    assert again.to_dict() == found.to_dict()
    with pytest.raises(ValueError, match="another encoder"):
        DecoderSplade(checkpoint=str(checkpoint[0]), max_length=3).load(tmp_path / "kept")


def test_templates(checkpoint: tuple[Path, Any]) -> None:
    """Queries once, after a word; documents twice, with words around them."""
    retriever = DecoderSplade(
        checkpoint=str(checkpoint[0]),
        query_template="Query: {text}",
        document_template="Document: {text} again: {text} end",
    )
    index = retriever.index(DOCUMENTS)
    own = weights(checkpoint, "Query: ", "cats")
    theirs = weights(checkpoint, "Document: cats sat on mats again: ", "cats sat on mats")
    found = index.search(QUERIES[:1], 10, tag="t").to_dict()["q1"]
    assert found["a"] == pytest.approx(float(own @ theirs), rel=1e-4)


def test_length_pruning_and_rounding(checkpoint: tuple[Path, Any]) -> None:
    lean = DecoderSplade(
        checkpoint=str(checkpoint[0]), max_length=4, document_terms=5, query_terms=3, quantisation=100
    ).index(DOCUMENTS)
    assert lean.facts["terms_per_document"] == 5
    found = lean.search(QUERIES[:1], 10, tag="t").to_dict().get("q1", {})
    own, theirs = (np.rint(100 * weights(checkpoint, "cats", "cats").astype(np.float64)) for _ in range(2))
    kept = [
        set(np.argsort(-values, kind="stable")[:most].tolist()) for values, most in ((own, 3), (theirs, 5))
    ]
    assert found["a"] == sum(own[term] * theirs[term] for term in kept[0] & kept[1]), "four letters: cats"


def test_what_cannot_be_read_is_named(checkpoint: tuple[Path, Any], tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"document_template: expected a text with \{text\}"):
        DecoderSplade(checkpoint=str(tmp_path), document_template="text")
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(UnavailableError, match=r"is an adapter .* merge it into its base model"):
        DecoderSplade(checkpoint=str(tmp_path)).index(DOCUMENTS)
    (tmp_path / "adapter_config.json").unlink()
    with pytest.raises(UnavailableError, match="cannot be read"):
        DecoderSplade(checkpoint=str(tmp_path)).index(DOCUMENTS)
