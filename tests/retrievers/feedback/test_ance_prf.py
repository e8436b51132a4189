"""ANCE-PRF through a checkpoint of ANCE's own layout, whose vectors are computed a second time here."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UnavailableError
from harness.records import Document, Query
from harness.retrievers.dense.retriever import Dense
from harness.retrievers.feedback.ance_prf import AncePrf
from harness.retrievers.stages import Searched
from tests.conftest import needs_neural

DOCUMENTS = [
    Document("d1", "", "inverted index"),
    Document("d2", "", "lists of postings"),
    Document("d3", "", "relevance judgments"),
    Document("d4", "", "stemming"),
]
QUERIES = [Query("q1", "postings"), Query("q2", "judged documents"), Query("empty", "")]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A tiny RoBERTa over bytes: one of sentence-transformers, and one with ANCE's two layers."""
    needs_neural()
    import torch
    from safetensors.torch import save_file
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaModel

    home = tmp_path_factory.mktemp("ance")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate(["<s>", "<pad>", "</s>", *letters])}
    raw = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    marks = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>"}
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="<pad>", model_max_length=512, **marks
    )
    torch.manual_seed(7)
    model = RobertaModel(
        RobertaConfig(
            vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=16, pad_token_id=1, bos_token_id=0, eos_token_id=2,
        )
    ).eval()  # fmt: skip
    for name in ("plain", "own"):
        model.save_pretrained(home / name)
        tokenizer.save_pretrained(home / name)
    SentenceTransformer(str(home / "plain"), device="cpu").save(str(home / "first"))  # means of states
    state = {f"roberta.{name}": value.contiguous() for name, value in model.state_dict().items()}
    state |= {"embeddingHead.weight": torch.randn(16, 16), "embeddingHead.bias": torch.randn(16)}
    state |= {"norm.weight": torch.rand(16) + 0.5, "norm.bias": torch.randn(16)}
    save_file(state, home / "own" / "model.safetensors")
    return home / "first", home / "own"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))


def searched(first: Path) -> Searched:
    retriever = Dense(checkpoint=str(first), similarity="dot")
    index = retriever.index(DOCUMENTS)
    documents = {document.id: document for document in DOCUMENTS}
    return Searched(
        run=index.search(QUERIES, 3, tag="t"),
        retriever=retriever,
        index=index,
        lookup=lambda wanted: {each: documents[each] for each in wanted},
        documents=lambda: DOCUMENTS,
    )


def vector(folder: Path, text: str) -> Any:
    """layer_norm(W h + b) of the first token, from torch's own functions."""
    import torch
    from safetensors.torch import load_file
    from transformers import AutoModel, AutoTokenizer

    ids = AutoTokenizer.from_pretrained(folder)(text, add_special_tokens=False, return_tensors="pt")
    state = load_file(folder / "model.safetensors")
    with torch.no_grad():
        first = AutoModel.from_pretrained(folder)(ids["input_ids"]).last_hidden_state[:, 0]
        made = torch.nn.functional.linear(first, state["embeddingHead.weight"], state["embeddingHead.bias"])
        return torch.nn.functional.layer_norm(made, (16,), state["norm.weight"], state["norm.bias"])[0]


def test_the_second_encoder_reads_query_and_documents(folders: tuple[Path, Path]) -> None:
    before = searched(folders[0])
    answer = AncePrf(checkpoint=str(folders[1]), feedback_documents=2).search(before, QUERIES, 4, tag="new")
    found = answer.run.to_dict()
    assert set(found) == {"q1", "q2"}
    texts = {document.id: document.text for document in DOCUMENTS}
    ids, vectors = before.index.engine.ids.tolist(), before.index.engine.vectors  # type: ignore[attr-defined]
    for query in QUERIES[:2]:
        read = [query.text, *(texts[name] for name in list(before.run.to_dict()[query.id])[:2])]
        asked = vector(folders[1], f"<s>{'</s>'.join(read)}</s>").numpy()
        expected = dict(zip(ids, (vectors @ asked).tolist(), strict=True))
        assert found[query.id] == pytest.approx(expected, rel=1e-4)
    assert answer.facts["feedback_documents"] == 4


def test_a_plain_encoder_is_refused(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """It would be pooled in another way than it was trained for."""
    shutil.copytree(folders[1].parent / "plain", tmp_path / "plain")
    with pytest.raises(UnavailableError, match="embeddingHead and norm cannot be found"):
        AncePrf(checkpoint=str(tmp_path / "plain")).search(searched(folders[0]), QUERIES, 3, tag="t")
