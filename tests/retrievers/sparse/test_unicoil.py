"""uniCOIL: weights of tokens from a tiny checkpoint whose last layer is written by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.errors import UnavailableError
from harness.records import Document, Query
from harness.retrievers.sparse.unicoil import UniCoil, merged
from tests.retrievers.sparse.tiny import save_bert

WORDS = ["cat", "dog", "sat", "the"]
DOCUMENTS = [Document("a", "", "the cat sat cat"), Document("b", "", "the dog"), Document("c", "", "sat")]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A layer that gives 2 to every token whatever its state."""
    import torch

    folder = tmp_path_factory.mktemp("unicoil")
    save_bert(folder, WORDS, {"tok_proj.weight": torch.zeros(1, 16), "tok_proj.bias": torch.tensor([2.0])})
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
    # every token weighs 2 and so does the separator, which all share; cat twice makes 4 in the query
    assert found == {"q": {"a": 12.0, "c": 4.0, "b": 4.0}, "r": {"b": 12.0, "a": 8.0, "c": 4.0}}
    assert index.facts["terms_per_document"] == 3, "the cat sat | the dog | sat, each with [SEP], not [CLS]"
    (tmp_path / "kept").mkdir()
    index.save(tmp_path / "kept")
    again = retriever.load(tmp_path / "kept")
    assert again.search([Query("q", "cat cat")], 10, tag="t").to_dict() == {"q": found["q"]}
    scaled = UniCoil(checkpoint=str(checkpoint), quantisation=51.2).index(DOCUMENTS)
    assert scaled.search([Query("q", "sat")], 10, tag="t").to_dict()["q"]["c"] == 2 * 102.0**2


def test_an_expansion_stands_behind_a_separator(checkpoint: Path) -> None:
    """As the authors append it: one more separator is read as such, and counts once in a document."""
    index = UniCoil(checkpoint=str(checkpoint)).index([Document("x", "", "the cat [SEP] dog")])
    assert index.facts["postings"] == 4, "the, cat, dog and [SEP]; no pieces of the mark"
    assert index.search([Query("q", "dog")], 10, tag="t").to_dict() == {"q": {"x": 8.0}}


def test_a_checkpoint_without_the_layer_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "plain"
    shutil.copytree(checkpoint, folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(UnavailableError, match="tok_proj"):
        UniCoil(checkpoint=str(folder)).index(DOCUMENTS)
