"""Cross-encoders and monoT5 with tiny random checkpoints, against the libraries' own arithmetic."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from harness.errors import MissingExtraError, SpecError, UnavailableError
from harness.records import Document, Query
from harness.retrievers.cross_encoder.cross_encoder import CrossEncoder
from harness.retrievers.cross_encoder.mono_t5 import MonoT5
from tests.conftest import needed, needs_neural
from tests.retrievers.cross_encoder import tiny

QUERY = Query("q", "inverted index")
DOCUMENTS = [
    Document("a", "postings", "inverted index postings"),
    Document("b", "", "apple pear apple"),
    Document("c", "", ""),
    Document("d", "", "pear " * 200),
]


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_neural()
    return tiny.bert(tmp_path_factory.mktemp("bert") / "model")


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_neural()
    return tiny.t5(tmp_path_factory.mktemp("t5") / "model")


def by_hand(folder: Path, length: int) -> list[float]:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    scores = []
    for document in DOCUMENTS:
        text = f"{document.title} {document.text}".strip()
        read = tokenizer([QUERY.text], [text], truncation=True, max_length=length, return_tensors="pt")
        with torch.inference_mode():
            scores.append(float(model(**read).logits[0, 0]))
    return scores


@pytest.mark.parametrize("batch", [1, 3])
def test_a_cross_encoder_gives_the_classifiers_output(bert: Path, batch: int) -> None:
    ranker = CrossEncoder(checkpoint=str(bert), max_length=32, batch_size=batch).open()
    ranked = ranker.rank(QUERY, DOCUMENTS, [0.0] * 4)
    assert list(ranked.scores) == pytest.approx(by_hand(bert, 32), abs=1e-5)
    assert len(set(ranked.scores)) == 4 and ranked.counts == {"pairs": 4}


def test_onnx_gives_the_same(bert: Path, tmp_path: Path) -> None:
    absent = [name for name in ("onnx", "onnxruntime") if importlib.util.find_spec(name) is None]
    needed("onnx", not absent, "pip install onnx onnxruntime")
    folder = tiny.bert(tmp_path / "model")
    export(folder)
    torch_scores = CrossEncoder(checkpoint=str(bert), max_length=32).open().rank(QUERY, DOCUMENTS, [0.0] * 4)
    onnx = CrossEncoder(checkpoint=str(folder), max_length=32, backend="onnx", batch_size=2).open()
    assert list(onnx.rank(QUERY, DOCUMENTS, [0.0] * 4).scores) == pytest.approx(
        list(torch_scores.scores), abs=1e-4
    )


def export(folder: Path) -> None:
    import warnings

    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, attn_implementation="eager").eval()
    model.config.return_dict = False
    read = tokenizer("inverted", "index postings", return_tensors="pt")
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "tokens"} for name in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, tuple(read[name] for name in names), str(folder / "model.onnx"), input_names=names,
            output_names=["logits"], dynamic_axes=axes | {"logits": {0: "batch"}}, dynamo=False,
        )  # fmt: skip


def test_a_classifier_of_two_classes_is_refused(tmp_path: Path) -> None:
    needs_neural()
    folder = tiny.bert(tmp_path / "two", outputs=2)
    with pytest.raises(UnavailableError, match="has 2 outputs"):
        CrossEncoder(checkpoint=str(folder)).open()


def test_mono_t5_gives_the_log_probability_of_the_word(t5: Path) -> None:
    import torch
    from transformers import AutoTokenizer, T5ForConditionalGeneration

    tokenizer = AutoTokenizer.from_pretrained(t5)
    model = T5ForConditionalGeneration.from_pretrained(t5).eval()
    expected = []
    for document in DOCUMENTS[:3]:
        text = f"{document.title} {document.text}".strip()
        read = tokenizer(f"Query: {QUERY.text} Document: {text} Relevant:", return_tensors="pt")
        with torch.inference_mode():
            logits = model(**read, decoder_input_ids=torch.tensor([[0]])).logits[0, 0]
        pair = logits[[tokenizer.convert_tokens_to_ids("true"), tokenizer.convert_tokens_to_ids("false")]]
        expected.append(float(torch.log_softmax(pair, dim=0)[0]))
    for batch in (1, 4):
        ranked = MonoT5(checkpoint=str(t5), batch_size=batch).open().rank(QUERY, DOCUMENTS[:3], [0.0] * 3)
        assert list(ranked.scores) == pytest.approx(expected, abs=1e-5)


def test_mono_t5_in_onnx_gives_the_same(t5: Path, tmp_path: Path) -> None:
    absent = [name for name in ("onnx", "onnxruntime") if importlib.util.find_spec(name) is None]
    needed("onnx", not absent, "pip install onnx onnxruntime")
    folder = tiny.t5(tmp_path / "model")
    with pytest.raises(UnavailableError, match=r"needs encoder_model\.onnx and decoder_model\.onnx"):
        MonoT5(checkpoint=str(folder), backend="onnx").open()
    export_t5(folder)
    expected = MonoT5(checkpoint=str(t5), max_length=40).open().rank(QUERY, DOCUMENTS, [0.0] * 4).scores
    onnx = MonoT5(checkpoint=str(folder), max_length=40, backend="onnx", batch_size=3).open()
    assert list(onnx.rank(QUERY, DOCUMENTS, [0.0] * 4).scores) == pytest.approx(list(expected), abs=1e-4)


def export_t5(folder: Path) -> None:
    """As Optimum lays it out: the encoder, and the decoder's step without a cache."""
    import warnings

    import torch
    from transformers import T5ForConditionalGeneration

    model = T5ForConditionalGeneration.from_pretrained(folder).eval()

    class Part(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.whole = model

    class Encoder(Part):
        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            return self.whole.encoder(input_ids=ids, attention_mask=mask).last_hidden_state  # type: ignore[no-any-return]

    class Decoder(Part):
        def forward(self, ids: torch.Tensor, mask: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
            made = self.whole(
                decoder_input_ids=ids, attention_mask=mask, encoder_outputs=(states,), use_cache=False
            )
            return made.logits

    ids, mask = torch.tensor([[3, 4, 1]]), torch.ones((1, 3), dtype=torch.int64)
    parts = {
        "encoder_model.onnx": (Encoder(), (ids, mask), ["input_ids", "attention_mask"], "last_hidden_state"),
        "decoder_model.onnx": (
            Decoder(), (torch.tensor([[0]]), mask, torch.rand((1, 3, 16))),
            ["input_ids", "encoder_attention_mask", "encoder_hidden_states"], "logits",
        ),
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, (part, given, names, output) in parts.items():
            axes = {each: {0: "batch", 1: "tokens"} for each in names} | {output: {0: "batch"}}
            if output == "last_hidden_state":
                axes[output] = {0: "batch", 1: "tokens"}
            else:
                axes["input_ids"] = {0: "batch"}
            torch.onnx.export(
                part, given, str(folder / name), input_names=names, output_names=[output],
                dynamic_axes=axes, dynamo=False,
            )  # fmt: skip


def test_onnx_cuts_pairs_as_torch_does(bert: Path, tmp_path: Path) -> None:
    """Of a long document only what fits is read, in both backends; the query stays whole."""
    absent = [name for name in ("onnx", "onnxruntime") if importlib.util.find_spec(name) is None]
    needed("onnx", not absent, "pip install onnx onnxruntime")
    folder = tiny.bert(tmp_path / "model")
    export(folder)
    fits, longer = Document("a", "", "apple " * 9), Document("b", "", "apple " * 9 + "pear " * 50)
    for backend in ("torch", "onnx"):
        ranker = CrossEncoder(checkpoint=str(folder), max_length=14, backend=backend).open()  # type: ignore[arg-type]
        first, second = ranker.rank(QUERY, [fits, longer], [0.0] * 2).scores
        assert first == pytest.approx(second, abs=1e-5), "2 words, 3 marks and 9 words are 14 tokens"


def test_onnx_cuts_a_query_that_leaves_no_room_as_torch_does(bert: Path, tmp_path: Path) -> None:
    absent = [name for name in ("onnx", "onnxruntime") if importlib.util.find_spec(name) is None]
    needed("onnx", not absent, "pip install onnx onnxruntime")
    folder = tiny.bert(tmp_path / "model")
    export(folder)
    query = Query("q", "apple pear " * 30)
    by_torch, by_onnx = (
        CrossEncoder(checkpoint=str(folder), max_length=14, backend=backend).open()  # type: ignore[arg-type]
        for backend in ("torch", "onnx")
    )
    expected = by_torch.rank(query, DOCUMENTS, [0.0] * 4).scores
    assert list(by_onnx.rank(query, DOCUMENTS, [0.0] * 4).scores) == pytest.approx(list(expected), abs=1e-4)


def test_mono_t5_cuts_the_document_and_keeps_the_end_of_the_prompt(t5: Path) -> None:
    ranker = MonoT5(checkpoint=str(t5), max_length=20).open()
    fitted = ranker._model._fitted("Query: inverted Document:", "pear " * 200, "Relevant:")
    assert len(fitted) == 20
    tokenizer = ranker._model._tokenizer
    assert fitted[-3:] == [*tokenizer("Relevant:", add_special_tokens=False)["input_ids"], 1]


def test_words_outside_the_vocabulary_are_refused(t5: Path) -> None:
    with pytest.raises(UnavailableError, match="'true false'"):
        MonoT5(checkpoint=str(t5), relevant="true false").open()


@pytest.mark.parametrize("kind", [CrossEncoder, MonoT5])
def test_what_cannot_be_loaded(
    kind: type[CrossEncoder] | type[MonoT5], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SpecError, match="40 hexadecimal digits"):
        kind(checkpoint="castorini/monot5-base-msmarco")
    with pytest.raises(UnavailableError, match="no folder"):
        kind(checkpoint=str(tmp_path / "absent")).open()
    needs_neural()
    with pytest.raises(UnavailableError, match="cannot be read"):
        kind(checkpoint=str(tmp_path)).open()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, package=None: None)
    with pytest.raises(MissingExtraError, match=r"retrieval-harness\[neural\]"):
        kind(checkpoint=str(tmp_path)).open()
    assert "torch" in sys.modules
