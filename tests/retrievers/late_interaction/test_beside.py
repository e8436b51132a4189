"""One reading of a collection for MaxSim and for dense retrieval with the same checkpoint."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.errors import UnavailableError
from harness.records import Document, Query
from harness.retrievers.dense.retriever import Dense
from harness.retrievers.dense.sentence_files import SentenceFiles
from harness.retrievers.late_interaction.encoder import TokenEncoder
from harness.retrievers.late_interaction.reranker import MaxSimReranker
from harness.retrievers.late_interaction.retriever import MaxSim
from tests.conftest import needs_neural

TEXTS = ["cats sat on mats", "interest rates rose again " * 9, "a dog", "", "Rates, of INTEREST!", "a dog"]
DOCUMENTS = [Document(f"d{number}", "Title", text) for number, text in enumerate(TEXTS)]
QUERIES = [Query("q1", "small cat"), Query("q2", "interest rate")]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    needs_neural()
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def dense(**parameters: Any) -> tuple[Any, int]:
    """A run over the documents, and how many of their vectors were in the cache."""
    index = Dense(**parameters).index(DOCUMENTS)
    return index.search(QUERIES, 9, tag="t").to_dict(), int(index.facts["documents_from_cache"])


def test_dense_takes_the_vectors_that_maxsim_left_and_finds_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    MaxSim().index(DOCUMENTS)
    after_maxsim, taken = dense()
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "another"))
    alone, encoded = dense()
    assert (taken, encoded) == (len(DOCUMENTS), 0)
    assert after_maxsim == alone, "to the last bit"


@pytest.mark.parametrize(
    ("left", "wanted"),
    [
        ({"max_length": 64}, {}),
        ({"fields": ("text",)}, {}),
        ({"batch_size": 3}, {}),
        ({}, {"dimensions": 100}),
        ({}, {"document_prompt": "passage: "}),
    ],
)
def test_what_was_read_in_another_way_is_not_taken(left: dict[str, Any], wanted: dict[str, Any]) -> None:
    MaxSim(**left).index(DOCUMENTS)
    assert dense(**wanted)[1] == 0


def test_the_tokens_are_those_of_the_transformer_alone() -> None:
    retriever = MaxSim(precision="float32")
    weights = retriever.weights()
    alone = retriever.encoder(weights)
    assert isinstance(alone, TokenEncoder)
    beside = replace(alone, beside=Dense().reader(Dense().weights()))
    texts = [text for text in TEXTS if text]
    expected, found = (encoder.encode(texts, query=False) for encoder in (alone, beside))
    assert found["bounds"].tolist() == expected["bounds"].tolist()
    assert np.abs(found["vectors"] - expected["vectors"]).max() < 1e-5


def test_a_model_that_reads_other_tokens_is_refused() -> None:
    retriever = MaxSim()
    encoder = retriever.encoder(retriever.weights())
    assert isinstance(encoder, TokenEncoder)
    dense = Dense(document_prompt="passage: ")
    with pytest.raises(UnavailableError, match="does not read documents as its files say"):
        replace(encoder, beside=dense.reader(dense.weights())).encode(["a dog"], query=False)


def test_a_re_ranker_leaves_nothing(cache: Path) -> None:
    MaxSimReranker().open().rank(QUERIES[0], DOCUMENTS, [1.0] * len(DOCUMENTS))
    assert not (cache / "encodings").exists()


PLAIN = {
    "modules.json": [{"type": "sentence_transformers.models.Transformer"}, {"type": "a.Pooling"}],
    "sentence_bert_config.json": {"max_seq_length": 128, "do_lower_case": False},
}


@pytest.mark.parametrize(
    ("files", "length", "same"),
    [
        ({}, 128, True),
        ({}, 64, False),
        (
            {"modules.json": [{"type": "a.Transformer"}, {"type": "a.Pooling"}, {"type": "a.Dense"}]},
            128,
            False,
        ),
        ({"modules.json": [{"type": "a.StaticEmbedding"}]}, 128, False),
        ({"sentence_bert_config.json": {"max_seq_length": 128, "do_lower_case": True}}, 128, False),
        ({"config_sentence_transformers.json": {"prompts": {"query": "query: "}}}, 128, True),
        ({"config_sentence_transformers.json": {"prompts": {"passage": "passage: "}}}, 128, False),
        ({"config_sentence_transformers.json": {"default_prompt_name": "sts"}}, 128, False),
    ],
)
def test_what_the_files_say_of_the_reading(
    files: dict[str, Any], length: int, same: bool, tmp_path: Path
) -> None:
    for name, content in {**PLAIN, **files}.items():
        (tmp_path / name).write_text(json.dumps(content))
    assert SentenceFiles(tmp_path).reads_documents_as_they_are(length) is same


def test_a_folder_of_a_plain_transformer_is_not_one_of_sentence_transformers(tmp_path: Path) -> None:
    assert not SentenceFiles(tmp_path).reads_documents_as_they_are(256)
    (tmp_path / "modules.json").write_text("[")
    with pytest.raises(UnavailableError, match="is not JSON"):
        SentenceFiles(tmp_path).reads_documents_as_they_are(256)
