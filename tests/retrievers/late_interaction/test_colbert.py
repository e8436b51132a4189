"""ColBERT checkpoints in both layouts: vectors computed here step by step, and by sentence-transformers."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.config import check
from harness.errors import CommandError, SpecError, UnavailableError
from harness.records import Document, Query
from harness.retrievers.feedback.colbert_prf import ColbertPrf
from harness.retrievers.late_interaction.reranker import MaxSimReranker
from harness.retrievers.late_interaction.retriever import MaxSim
from harness.retrievers.neural.retriever import MINILM
from harness.retrievers.plaid.interpreter import VARIABLE
from harness.retrievers.spec import read_system
from harness.retrievers.stages import Searched
from tests.conftest import ROOT, needed, needs_neural
from tests.retrievers.late_interaction import tiny
from tests.retrievers.late_interaction.tiny import NUMBER

QUERY = "small cat, sat"
DOCUMENT = "the cats sat, on a mat."
CLS, SEP, MASK, Q, D = (NUMBER[f"[{name}]"] for name in ("CLS", "SEP", "MASK", "unused0", "unused1"))


@pytest.fixture(autouse=True)
def present() -> None:
    needs_neural()


def numbers(words: str) -> list[int]:
    return [NUMBER[word] for word in words.split()]


def encoded(folder: Path, text: str, *, query: bool, **parameters: Any) -> Any:
    retriever = MaxSim(checkpoint=str(folder), precision="float32", **parameters)
    return retriever.encoder(retriever.weights()).encode([text], query=query)["vectors"]


def by_hand(
    model: Any, ids: Sequence[int], seen: int, project: Any, kept: Sequence[int] | None = None
) -> Any:
    """Vectors of tokens of which the first ``seen`` are attended to."""
    import torch

    mask = torch.tensor([[1] * seen + [0] * (len(ids) - seen)])
    with torch.no_grad():
        states = project(model(torch.tensor([ids]), attention_mask=mask).last_hidden_state[0])
    vectors = states / states.norm(dim=1, keepdim=True)
    return (vectors if kept is None else vectors[list(kept)]).numpy()


def test_a_query_of_the_authors_layout(tmp_path: Path) -> None:
    model, weight = tiny.original(tmp_path)
    # [CLS] marker "small cat , sat" [SEP], then masks up to query_maxlen 12, which nobody attends to
    ids = [CLS, Q, *numbers("small cat , sat"), SEP]
    full = [*ids, *[MASK] * (12 - len(ids))]
    expected = by_hand(model, full, len(ids), lambda x: x @ weight.T)
    assert encoded(tmp_path, QUERY, query=True) == pytest.approx(expected, abs=1e-5)
    attended = tmp_path / "attended"
    model, weight = tiny.original(attended, attend_to_mask_tokens=True)
    expected = by_hand(model, full, 12, lambda x: x @ weight.T)
    assert encoded(attended, QUERY, query=True) == pytest.approx(expected, abs=1e-5)
    longer = by_hand(model, [*ids, *[MASK] * (20 - len(ids))], 20, lambda x: x @ weight.T)
    assert encoded(attended, QUERY, query=True, query_length=20) == pytest.approx(longer, abs=1e-5)


def test_a_document_of_the_authors_layout(tmp_path: Path) -> None:
    model, weight = tiny.original(tmp_path)
    # doc_maxlen 10: [CLS] marker, seven wordpieces, [SEP]; the comma, at 6, has no vector
    ids = [CLS, D, *numbers("the cat ##s sat , on a"), SEP]
    kept = [i for i in range(10) if i != 6]
    expected = by_hand(model, ids, 10, lambda x: x @ weight.T, kept)
    assert encoded(tmp_path, DOCUMENT, query=False) == pytest.approx(expected, abs=1e-5)
    whole = [CLS, D, *numbers("the cat ##s sat , on a mat ."), SEP]
    kept = [i for i in range(12) if i not in (6, 10)]
    expected = by_hand(model, whole, 12, lambda x: x @ weight.T, kept)
    assert encoded(tmp_path, DOCUMENT, query=False, max_length=64) == pytest.approx(expected, abs=1e-5)
    unmasked = tmp_path / "unmasked"
    model, weight = tiny.original(unmasked, mask_punctuation=False)
    assert len(encoded(unmasked, DOCUMENT, query=False)) == 10


def test_two_dense_modules_of_pylates_layout(tmp_path: Path) -> None:
    import torch

    model, first, second = tiny.pylate(tmp_path, second=True)

    def project(states: Any) -> Any:
        middle = states @ first["linear.weight"].T + first["linear.bias"]
        return torch.tanh(middle @ second["linear.weight"].T) + middle @ second["residual.weight"].T

    ids = [CLS, Q, *numbers("small cat , sat"), SEP]
    expected = by_hand(model, [*ids, *[MASK] * (12 - len(ids))], len(ids), project)
    assert encoded(tmp_path, QUERY, query=True) == pytest.approx(expected, abs=1e-5)
    ids = [CLS, D, *numbers("the cat ##s sat , on a"), SEP]
    expected = by_hand(model, ids, 10, project, [i for i in range(10) if i != 6])
    assert encoded(tmp_path, DOCUMENT, query=False) == pytest.approx(expected, abs=1e-5)


def test_settings_of_pylate_are_heard(tmp_path: Path) -> None:
    model, first = tiny.pylate(
        tmp_path,
        do_query_expansion=False,
        query_prefix="",
        document_prefix="",
        skiplist_words=["cat", "."],
        query_length=5,
    )
    ids = [CLS, *numbers("small cat ,"), SEP]  # cut to five tokens; no marker, no masks
    expected = by_hand(model, ids, 5, lambda x: x @ first["linear.weight"].T)
    assert encoded(tmp_path, QUERY, query=True) == pytest.approx(expected, abs=1e-5)
    ids = [CLS, *numbers("the cat ##s sat , on a mat"), SEP]
    expected = by_hand(
        model, ids, 10, lambda x: x @ first["linear.weight"].T, [i for i in range(10) if i != 2]
    )
    assert encoded(tmp_path, DOCUMENT, query=False) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("kind", ["original", "pylate", "modern"])
def test_sentence_transformers_has_the_same_vectors(kind: str, tmp_path: Path) -> None:
    from sentence_transformers import MultiVectorEncoder

    if kind == "original":
        tiny.original(tmp_path)
    else:
        tiny.pylate(tmp_path, modern=kind == "modern")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = MultiVectorEncoder(str(tmp_path), device="cpu", local_files_only=True)
    texts = [QUERY, "rates rose", "a dog"]
    retriever = MaxSim(checkpoint=str(tmp_path), precision="float32")
    encoder = retriever.encoder(retriever.weights())
    for query, encode in ((True, theirs.encode_query), (False, theirs.encode_document)):
        expected = encode(texts, convert_to_numpy=True, show_progress_bar=False)
        found = encoder.encode(texts, query=query)
        assert np.diff(found["bounds"]).tolist() == [len(one) for one in expected]
        assert found["vectors"] == pytest.approx(np.concatenate(expected), abs=1e-5)


DOCUMENTS = [
    Document("a", "", "a small cat sat on the mat"),
    Document("b", "", "interest rates rose, the rates"),
    Document("c", "", "the dog"),
]


@pytest.mark.parametrize("modern", [False, True], ids=["bert", "modernbert"])
def test_a_checkpoint_is_searched_and_reranked(modern: bool, tmp_path: Path) -> None:
    tiny.pylate(tmp_path / "model", modern=modern)
    retriever = MaxSim(checkpoint=str(tmp_path / "model"), precision="float32", layout="pylate")
    index = retriever.index(DOCUMENTS)
    found = index.search([Query("q", "interest rates")], 10, tag="t").to_dict()["q"]
    assert set(found) == {"a", "b", "c"}
    assert max(found.values()) <= 12, "twelve query tokens, the masks included"
    ranked = (
        MaxSimReranker(checkpoint=str(tmp_path / "model"), precision="float32")
        .open()
        .rank(Query("q", "interest rates"), DOCUMENTS, [3.0, 2.0, 1.0])
    )
    assert dict(zip("abc", ranked.scores, strict=True)) == pytest.approx(found, abs=1e-4)
    assert retriever.provenance()["revision"].startswith("sha256:")
    (tmp_path / "saved").mkdir()
    index.save(tmp_path / "saved")
    again = retriever.load(tmp_path / "saved").search([Query("q", "interest rates")], 10, tag="t")
    assert again.to_dict()["q"] == found


@pytest.mark.parametrize("kind", ["original", "pylate", "encoder"])
def test_pieces_are_the_tokens_of_the_vectors(kind: str, tmp_path: Path) -> None:
    {"original": tiny.original, "pylate": tiny.pylate, "encoder": tiny.bert}[kind](tmp_path)
    retriever = MaxSim(checkpoint=str(tmp_path), max_length=10)
    encoder = retriever.encoder(retriever.weights())
    texts = [DOCUMENT, "a dog."]
    pieces = encoder.pieces(texts)
    assert [len(row) for row in pieces] == np.diff(encoder.encode(texts, query=False)["bounds"]).tolist()
    ends = {"original": [CLS, D, SEP], "pylate": [CLS, D, SEP], "encoder": []}[kind]
    dots = [] if ends else [NUMBER["."]]
    assert pieces[1].tolist() == [*ends[:2], *numbers("a dog"), *dots, *ends[2:]]


def test_feedback_refuses_pooled_vectors(tmp_path: Path) -> None:
    tiny.original(tmp_path)
    retriever = MaxSim(checkpoint=str(tmp_path), pool_factor=2)
    index = retriever.index(DOCUMENTS)
    queries = [Query("q", "interest rates")]
    found = index.search(queries, 10, tag="t")
    known = {document.id: document for document in DOCUMENTS}
    searched = Searched(
        run=found,
        retriever=retriever,
        index=index,
        lookup=lambda wanted: {name: known[name] for name in wanted},
        documents=lambda: DOCUMENTS,
    )
    with pytest.raises(CommandError, match="pool_factor must be 1"):
        ColbertPrf().search(searched, queries, 10, tag="t")
    whole = MaxSim(checkpoint=str(tmp_path))
    answer = ColbertPrf(clusters=4).search(
        replace(searched, retriever=whole, index=whole.index(DOCUMENTS)), queries, 10, tag="t"
    )
    assert set(answer.run.to_dict()["q"]) == {"a", "b", "c"}


def test_pooling_halves_what_a_document_keeps(tmp_path: Path) -> None:
    tiny.original(tmp_path)
    assert len(encoded(tmp_path, DOCUMENT, query=False, pool_factor=2)) == 5  # of nine
    assert len(encoded(tmp_path, QUERY, query=True, pool_factor=2)) == 12


def test_lengths_decide_the_identity_of_encodings(tmp_path: Path) -> None:
    tiny.original(tmp_path)
    known = [
        MaxSim(checkpoint=str(tmp_path), max_length=length).weights().identity for length in (None, 10, 256)
    ]
    assert known[0] != known[2] != known[1], "the checkpoint's own length is 10"
    assert MaxSim().weights().identity == MaxSim(max_length=256).weights().identity


def test_the_layout_can_be_insisted_on(tmp_path: Path) -> None:
    tiny.original(tmp_path / "original")
    tiny.pylate(tmp_path / "pylate")
    tiny.bert(tmp_path / "plain")
    for name, layout in (("original", "colbert"), ("pylate", "pylate"), ("plain", "encoder")):
        for wanted in ("colbert", "pylate", "encoder"):
            retriever = MaxSim(checkpoint=str(tmp_path / name), layout=wanted)  # type: ignore[arg-type]
            if wanted == layout:
                retriever.encoder(retriever.weights())
                continue
            with pytest.raises(UnavailableError, match=f"is of the layout '{layout}'"):
                retriever.index(DOCUMENTS)
    assert MaxSim(checkpoint=MINILM, layout="encoder").index(DOCUMENTS).facts["tokens"] == 15
    with pytest.raises(SpecError, match="layout"):
        MaxSim(layout="other")  # type: ignore[arg-type]


def test_a_folder_of_neither_layout_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing")
    with pytest.raises(UnavailableError, match="no checkpoint that MaxSim can use"):
        encoded(tmp_path, "cat", query=True)


def broken(folder: Path, file: str, **changed: Any) -> Path:
    told = json.loads((folder / file).read_text())
    (folder / file).write_text(json.dumps({**told, **changed}))
    return folder


def test_damaged_checkpoints_are_named(tmp_path: Path) -> None:
    tiny.original(tmp_path / "a")
    broken(tmp_path / "a", "artifact.metadata", query_maxlen="long", doc_maxlen=1, similarity="l2")
    with pytest.raises(UnavailableError, match=r"artifact\.metadata") as caught:
        encoded(tmp_path / "a", "cat", query=True)
    assert [problem.where for problem in caught.value.problems] == [
        "query_maxlen",
        "doc_maxlen",
        "similarity",
    ]
    tiny.original(tmp_path / "b", query_token_id="[unused9]")
    with pytest.raises(UnavailableError, match=r"'\[unused9\]' is no token"):
        encoded(tmp_path / "b", "cat", query=True)
    tiny.bert(tmp_path / "c")
    (tmp_path / "c" / "artifact.metadata").write_text("{}")
    with pytest.raises(UnavailableError, match=r"no linear\.weight"):
        encoded(tmp_path / "c", "cat", query=True)
    tiny.pylate(tmp_path / "d")
    broken(tmp_path / "d" / "1_Dense", "config.json", activation_function="os.system")
    with pytest.raises(UnavailableError, match=r"expected an activation of torch\.nn, found os\.system"):
        encoded(tmp_path / "d", "cat", query=True)
    tiny.pylate(tmp_path / "e")
    (tmp_path / "e" / "1_Dense" / "model.safetensors").write_bytes(b"short")
    with pytest.raises(UnavailableError, match="cannot be read"):
        encoded(tmp_path / "e", "cat", query=True)
    tiny.pylate(tmp_path / "f")
    (tmp_path / "f" / "modules.json").write_text("[{]")
    with pytest.raises(UnavailableError, match=r"modules\.json cannot be read"):
        encoded(tmp_path / "f", "cat", query=True)


def test_a_length_that_the_model_cannot_read_is_refused(tmp_path: Path) -> None:
    tiny.original(tmp_path)
    with pytest.raises(CommandError, match=r"max_length is 65, .* at most 64"):
        encoded(tmp_path, "cat", query=False, max_length=65)
    with pytest.raises(CommandError, match="query_length is 100"):
        encoded(tmp_path, "cat", query=True, query_length=100)


HUB: dict[str, dict[str, Any]] = {
    "colbertv2": {"dimensions": 128},
    "colbertv2-plaid": {"dimensions": 128},
    "answerai-colbert-small-v1": {"dimensions": 96},
    "gte-moderncolbert-v1": {"modern": True},
}


@pytest.mark.parametrize("system", HUB)
def test_a_baseline_of_the_hub_runs_with_a_tiny_checkpoint(system: str, tmp_path: Path) -> None:
    """The file's own parameters, with a random checkpoint of the same architecture."""
    if "modern" in HUB[system]:
        tiny.pylate(tmp_path / "model", modern=True)
    else:
        tiny.original(tmp_path / "model", **HUB[system])
    spec = read_system(ROOT / "baselines" / "hub" / f"{system}.yaml")
    (stage,) = spec.pipeline
    parameters = {**stage.parameters, "checkpoint": str(tmp_path / "model"), "revision": None}
    if "modern" not in HUB[system]:
        parameters["max_length"] = 64
    if "engine" in parameters:
        needed("plaid", VARIABLE in os.environ, "make test-plaid")
    index = check(parameters, MaxSim, where=system).index(DOCUMENTS)
    found = set(index.search([Query("q", "interest rates")], spec.depth, tag=system).to_dict()["q"])
    assert found == {"a", "b", "c"} or ("engine" in parameters and found), "PLAID may miss some"
    assert index.facts["dimensions"] == HUB[system].get("dimensions", 16)
    assert len(index.encoder.encode(["cat"], query=True)["vectors"]) == 32
