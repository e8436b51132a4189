"""DeepImpact and DeeperImpact: words by hand, impacts from a tiny checkpoint computed a second time here."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.errors import UnavailableError
from harness.records import Document, Query
from harness.retrievers.sparse.deepimpact import DeepImpact
from harness.retrievers.sparse.impact_encoder import read_network
from harness.retrievers.sparse.impact_words import ascii_document, ascii_query, first_places, words_of
from harness.retrievers.sparse.word_index import quantised
from tests.conftest import needs_packages
from tests.retrievers.sparse.tiny import save_bert

WORDS = ["cat", "dog", "sat", "the", "run", "##ning", "##s", ",", ".", "é"]
DOCUMENTS = [
    Document("a", "", "The cat, running cats. Cat running"),
    Document("b", "The", "dogs sat"),
    Document("c", "", "?!"),
    Document("d", "", ""),
]


@pytest.fixture(scope="module")
def deeper(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """DeeperImpact's layout: one layer, 16 to 1."""
    import torch

    folder = tmp_path_factory.mktemp("deeper")
    torch.manual_seed(2)
    layer = {"weight": torch.randn(1, 16) / 2, "bias": torch.tensor([4.0])}
    return folder, save_bert(
        folder, WORDS, {f"impact_score_encoder.0.{name}": value for name, value in layer.items()}
    )


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("text", "document", "query"),
    [
        ("The U.S. e-mail", "the us email ( e mail )", "the us email"),
        ("low-cost; 3.5 km.", "lowcost ( low cost ) 35 km .", "low cost 35 km"),
        ("a.bc, d", "a . bc , d", "a bc d"),
        ("café (x)", "caf x", "caf x"),
        ("- . ,", "( ) ,", ""),
    ],
)
def test_the_authors_words_by_hand(text: str, document: str, query: str) -> None:
    """Worked by the rules that the docstrings state: dots between single letters vanish, hyphens join."""
    assert ascii_document(text) == document.split()
    assert ascii_query(text) == query.split()


def test_berts_own_words(deeper: tuple[Path, Any]) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(deeper[0])
    words = words_of("Café's U.S. e-mail", "bert", tokenizer, query=False)
    assert words == ["cafe", "'", "s", "u", ".", "s", ".", "e", "-", "mail"], "BERT without case or accents"


def test_first_places_by_hand() -> None:
    """[CLS] cat , run ##ning cat [SEP]: the text went on after that."""
    words = ["cat", ",", "running", "cat", "dog"]
    initial = [False, True, True, True, False, True, False]
    assert first_places(words, initial) == {"cat": 1, "running": 3}


def test_quantisation_by_hand() -> None:
    """255 / 5.1 = 50 for each unit, cut off below."""
    weights = np.array([5.1, 0.039, 0.01], dtype=np.float32)
    assert quantised(weights, 8, float(weights[0])).tolist() == [255.0, 1.0, 0.0]
    assert quantised(weights, None, float(weights[0])) is weights


def by_hand(model: Any, folder: Path, tokens: list[str], place: int) -> float:
    """One impact from plain tensors: max(0, w · h + b) at a place of [CLS] … [SEP]."""
    import torch
    from safetensors.torch import load_file
    from transformers import AutoTokenizer

    ids = AutoTokenizer.from_pretrained(folder).convert_tokens_to_ids(tokens)
    state = load_file(folder / "model.safetensors")
    with torch.no_grad():
        hidden = model(torch.tensor([ids])).last_hidden_state[0, place]
        for number in (0, 3):
            if f"impact_score_encoder.{number}.weight" in state:
                weight, bias = (state[f"impact_score_encoder.{number}.{name}"] for name in ("weight", "bias"))
                hidden = torch.relu(weight @ hidden + bias)
    return float(hidden)


def test_impacts_are_those_of_first_occurrences(deeper: tuple[Path, Any], tmp_path: Path) -> None:
    folder, model = deeper
    retriever = DeepImpact(checkpoint=str(folder))
    index = retriever.index(DOCUMENTS)
    tokens = ["[CLS]", "the", "cat", ",", "run", "##ning", "cat", "##s", ".", "cat", "run", "##ning", "[SEP]"]
    expected = {
        word: by_hand(model, folder, tokens, place)
        for word, place in {"the": 1, "cat": 2, "running": 4, "cats": 6}.items()
    }
    assert min(expected.values()) > 0
    queries = [Query(word, f"{word} {word.upper()}?") for word in expected]
    found = index.search(queries, 10, tag="t").to_dict()
    for word, score in expected.items():
        assert found[word]["a"] == pytest.approx(score, rel=1e-5), "once, however often it is asked"
    both = index.search([Query("q", "the cats running cat zeppelin")], 10, tag="t").to_dict()["q"]
    assert both["a"] == pytest.approx(sum(expected.values()), rel=1e-5)
    assert index.facts["documents"] == 3 and index.facts["empty_documents"] == 1
    assert len(index.search([Query("none", "zeppelin"), Query("marks", "?!")], 10, tag="t")) == 0
    (tmp_path / "kept").mkdir()
    index.save(tmp_path / "kept")
    again = retriever.load(tmp_path / "kept").search(queries, 10, tag="t")
    assert again.to_dict() == found


def test_the_network_of_two_layers_and_its_stop_words(tmp_path: Path) -> None:
    """DeepImpact's own layout: 16 to 16, 16 to 1, each with max(0, x); the dropout between has no weights."""
    import torch
    from safetensors.torch import load_file

    torch.manual_seed(3)
    layers = {
        "impact_score_encoder.0.weight": torch.randn(16, 16),
        "impact_score_encoder.0.bias": torch.randn(16),
        "impact_score_encoder.3.weight": torch.randn(1, 16).abs(),
        "impact_score_encoder.3.bias": torch.tensor([0.1]),
    }
    model = save_bert(tmp_path, WORDS, layers)
    expected = by_hand(model, tmp_path, ["[CLS]", "the", "dog", "##s", "sat", "[SEP]"], 2)
    torch.save(load_file(tmp_path / "model.safetensors"), tmp_path / "pytorch_model.bin")
    (tmp_path / "model.safetensors").unlink()
    assert len(read_network(tmp_path)) == 2
    with pytest.raises(UnavailableError, match=r"needs .*stop_words\.txt, one word a line"):
        DeepImpact(checkpoint=str(tmp_path), stop_words=True).index(DOCUMENTS)
    (tmp_path / "stop_words.txt").write_text("the\n")
    index = DeepImpact(checkpoint=str(tmp_path), words="ascii", stop_words=True).index(DOCUMENTS)
    found = index.search([Query("q", "the dogs"), Query("none", "the")], 10, tag="t").to_dict()
    assert found == {"q": {"b": pytest.approx(expected, rel=1e-5)}}


def test_words_beyond_the_length_have_no_impact(deeper: tuple[Path, Any]) -> None:
    text = "the " * 5 + "sat"
    short = DeepImpact(checkpoint=str(deeper[0]), max_length=7).index([Document("x", "", text)])
    whole = DeepImpact(checkpoint=str(deeper[0]), max_length=8).index([Document("x", "", text)])
    assert "sat" in whole.vocabulary and "sat" not in short.vocabulary


def test_impacts_in_eight_bits(deeper: tuple[Path, Any]) -> None:
    plain = DeepImpact(checkpoint=str(deeper[0])).index(DOCUMENTS)
    small = DeepImpact(checkpoint=str(deeper[0]), quantisation_bits=8).index(DOCUMENTS)
    greatest = plain.inverted.values.max()
    assert small.inverted.values.max() == 255
    query = [Query("q", "cat")]
    exact = plain.search(query, 10, tag="t").to_dict()["q"]["a"]
    assert small.search(query, 10, tag="t").to_dict()["q"]["a"] == np.floor(exact * 255 / greatest)


def test_another_engine_searches_the_same_impacts(deeper: tuple[Path, Any], tmp_path: Path) -> None:
    needs_packages("engines", "bmp")
    from harness.retrievers.engines.bmp import Bmp

    documents = [Document(f"{n:02}", "", f"{' '.join(['the'] * n)} cat sat") for n in range(40)]
    retriever = DeepImpact(checkpoint=str(deeper[0]), quantisation_bits=8, engine=Bmp())
    index = retriever.index(documents)
    assert index.accuracy([Query("q", "cat sat")], 10)["accuracy_at_10"] >= 0.9
    (tmp_path / "kept").mkdir()
    index.save(tmp_path / "kept")
    found = index.search([Query("q", "cat sat")], 10, tag="t").to_dict()
    assert retriever.load(tmp_path / "kept").search([Query("q", "cat sat")], 10, tag="t").to_dict() == found


def test_other_checkpoints_are_refused(deeper: tuple[Path, Any], tmp_path: Path) -> None:
    save_bert(tmp_path, WORDS, {})
    with pytest.raises(UnavailableError, match=r"has no network impact_score_encoder .* found none of them"):
        DeepImpact(checkpoint=str(tmp_path)).index(DOCUMENTS)
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in ("config.json", "model.safetensors"):
        shutil.copy(deeper[0] / name, bare / name)
    with pytest.raises(UnavailableError, match=r"has no tokenizer .* bert-base-uncased"):
        DeepImpact(checkpoint=str(bare)).index(DOCUMENTS)
    (bare / "vocab.txt").write_text("")
    (bare / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(UnavailableError, match=r"model\.safetensors cannot be read"):
        DeepImpact(checkpoint=str(bare)).index(DOCUMENTS)
