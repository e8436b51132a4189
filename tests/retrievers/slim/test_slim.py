"""SLIM: both stages by hand on small arrays, the whole against loops over a tiny model's logits."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.errors import UnavailableError
from harness.records import Document, Query
from harness.retrievers.lexical.transposition import transposed
from harness.retrievers.slim.encoder import document_terms, query_terms
from harness.retrievers.slim.retriever import Slim
from harness.retrievers.slim.scoring import sparse_maxsim
from tests.conftest import needs_neural
from tests.retrievers.sparse.tiny import SIZE, save_bert, save_tokenizer

WORDS = ["cat", "dog", "sat", "the", "mat", "##s", "on", "ran"]
DOCUMENTS = [
    Document("a", "", "the cat sat on the mat"),
    Document("b", "", "the dog ran"),
    Document("c", "", "cats"),
    Document("empty", "", ""),
]
QUERIES = [Query("q1", "cat sat"), Query("q2", "dogs"), Query("none", "")]
Vectors = list[dict[int, float]]


def test_first_stage_weights_by_hand() -> None:
    """Tokens {3: 1.0, 5: 0.2} and {3: 0.999, 7: 0.505}: the greatest of floor(100 w), above 50."""
    terms, weights = np.int32([3, 5, 3, 7]), np.float32([1.0, 0.2, 0.999, 0.505])
    found = [array.tolist() for array in document_terms(terms, weights, 0.5)]
    assert found == [[3], [100.0]], "floor(50.5) is 50, not above 50"
    assert document_terms(terms, weights, 0.0)[1].tolist() == [100.0, 20.0, 50.0]
    # a query's: 0.9 * (1 + 0.999) + 0.1 * 1, 0.9 * 0.2, 0.9 * 0.505, times 51.2, rounded
    asked = dict(zip(*(array.tolist() for array in query_terms(terms, weights, 0.9)), strict=True))
    assert asked == {3: round(51.2 * 1.8991), 5: round(51.2 * 0.18), 7: round(51.2 * 0.4545)}


def test_maxsim_by_hand() -> None:
    """Query tokens {1: 2, 4: 1} and {4: 3}; document 0 has {1: 1, 4: 1} and {4: 2}; document 1 has {2: 5}."""
    own = transposed(np.array([0, 2, 3]), np.int32([1, 4, 4]), np.float32([2, 1, 3]), 6)
    bounds, token_bounds = np.array([0, 2, 3]), np.array([0, 2, 3, 4])
    terms, weights = np.int32([1, 4, 4, 2]), np.float32([1, 1, 2, 5])
    scores = sparse_maxsim(*own, 2, np.array([1, 0]), bounds, token_bounds, terms, weights)
    # first query token: max(2 + 1, 2) = 3; second: max(3, 6) = 6
    assert scores.tolist() == [0.0, 9.0]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, Any]:
    """A masked language model with a fixed seed, whose logits are spread out."""
    needs_neural()
    import torch
    from transformers import BertConfig, BertForMaskedLM

    folder = tmp_path_factory.mktemp("slim")
    tokenizer = save_tokenizer(folder, WORDS)
    torch.manual_seed(5)
    model = BertForMaskedLM(BertConfig(vocab_size=len(tokenizer), **SIZE)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(20)
    model.save_pretrained(folder)
    return folder, model, tokenizer


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))


def vectors(checkpoint: tuple[Path, Any, Any], text: str, routes: int) -> Vectors:
    """The sparse vector of each token after [CLS], by loops over the model's logits."""
    import torch

    _, model, tokenizer = checkpoint
    with torch.no_grad():
        logits = model(**tokenizer(text, return_tensors="pt")).logits[0, 1:].tolist()
    made = []
    for line in logits:
        least = sorted(line, reverse=True)[routes - 1]
        made.append({term: math.log1p(z) for term, z in enumerate(line) if z > 0 and z >= least})
    return made


def expected(query: Vectors, document: Vectors) -> float:
    products = [[sum(w * d.get(t, 0.0) for t, w in q.items()) for d in document] for q in query]
    return sum(max(line) for line in products)


def led_by(query: Vectors, document: Vectors) -> float:
    """The first stage's score, without floor, with a fusion of 0.99."""
    weights: dict[int, float] = {}
    for token in query:
        for term, weight in token.items():
            weights[term] = weights.get(term, 0.0) + 0.99 * weight
    weight, term = max((w, t) for token in query for t, w in token.items())
    weights[term] += 0.01 * weight
    greatest = {t: max(math.floor(100 * d.get(t, 0.0)) for d in document) for t in weights}
    return sum(round(51.2 * w) * greatest[t] for t, w in weights.items())


def test_scores_are_those_of_the_definition(checkpoint: tuple[Path, Any, Any]) -> None:
    index = Slim(checkpoint=str(checkpoint[0]), routes=3).index(DOCUMENTS)
    found = index.search(QUERIES, 10, tag="t").to_dict()
    assert set(found) == {"q1", "q2"}
    for query in QUERIES[:2]:
        own = vectors(checkpoint, query.text, 3)
        scores = {d.id: expected(own, vectors(checkpoint, d.text, 3)) for d in DOCUMENTS[:3]}
        assert found[query.id] == pytest.approx({d: scores[d] for d in found[query.id]}, rel=1e-5)
        assert found[query.id], "something is found"
    assert index.facts["tokens"] == 7 + 4 + 3, "with [SEP], without [CLS]"
    assert index.facts["candidates_per_query"] <= 3
    assert index.facts["index_bytes"] > index.inverted.facts["index_bytes"]


def test_the_first_stage_chooses(checkpoint: tuple[Path, Any, Any]) -> None:
    retriever = Slim(checkpoint=str(checkpoint[0]), routes=3, candidates=1, document_floor=0.0)
    own = {d.id: vectors(checkpoint, d.text, 3) for d in DOCUMENTS[:3]}
    index = retriever.index(DOCUMENTS)
    for query in QUERIES[:2]:
        asked = vectors(checkpoint, query.text, 3)
        best = max(own, key=lambda name: led_by(asked, own[name]))
        assert list(index.search([query], 1, tag="t").to_dict()[query.id]) == [best]
    assert len(index.search(QUERIES[:1], 2, tag="t")) == 2, "never fewer candidates than the depth"


def test_common_terms_can_be_left_out_of_the_first_stage(checkpoint: tuple[Path, Any, Any]) -> None:
    """ln(3 / df) is above 1 for terms of one document alone: e is less than 3, and ln 1.5 is 0.405."""
    whole = Slim(checkpoint=str(checkpoint[0]), routes=3).index(DOCUMENTS)
    lean = Slim(checkpoint=str(checkpoint[0]), routes=3, min_idf=1.0).index(DOCUMENTS)
    none = Slim(checkpoint=str(checkpoint[0]), routes=3, min_idf=1.1).index(DOCUMENTS)
    frequencies = np.diff(whole.inverted.starts)
    assert frequencies.max() > 1, "else the test says nothing"
    for query in QUERIES[:2]:
        terms = {term for token in vectors(checkpoint, query.text, 3) for term in token}
        rare = [term for term in terms if frequencies[term] == 1]
        owners = {d for t in rare for d in whole.inverted.documents[whole.inverted.starts[t] :][:1].tolist()}
        answer = lean.search([query], 10, tag="t").to_dict().get(query.id, {})
        assert set(answer) == {DOCUMENTS[number].id for number in owners}
    assert len(none.search(QUERIES, 10, tag="t")) == 0, "ln 3 is 1.0986"


def test_it_needs_a_masked_language_model(tmp_path: Path) -> None:
    save_bert(tmp_path, WORDS, {})
    with pytest.raises(UnavailableError, match="no weights for"):
        Slim(checkpoint=str(tmp_path)).index(DOCUMENTS)
