"""Interpolation around feedback: none, pre, post and both, each against its parts put together by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.config import check
from harness.rankings import Run
from harness.records import Document, Query
from harness.retrievers.feedback.rm3 import RM3
from harness.retrievers.fusion.weighted_sum import Interpolation
from harness.retrievers.lexical.bm25 import BM25
from harness.retrievers.lexical.query_likelihood import DirichletQueryLikelihood
from harness.retrievers.pipeline import run_pipeline
from harness.retrievers.spec import SystemSpec
from harness.retrievers.stages import Searched
from harness.retrievers.work import Corpus

TEXTS = {
    "d1": "apple pear orchard", "d2": "apple apple cider press", "d3": "pear perry press orchard",
    "d4": "cider barrel cellar", "d5": "barrel cooper oak", "d6": "orchard blossom bee",
    "d7": "bee honey hive", "d8": "oak forest hive", "d9": "cellar stone", "d10": "stone wall moss",
    "d11": "moss fern", "d12": "fern",
}  # fmt: skip
DOCUMENTS = [Document(name, "", text) for name, text in TEXTS.items()]
QUERIES = [Query("q1", "apple cider"), Query("q2", "bee orchard")]
RETRIEVE = {"retrieve": "bm25"}
FEEDBACK = {"feedback": "rm3", "parameters": {"feedback_documents": 2, "feedback_terms": 3}}
DEPTH = 10


def fuse(alpha: float) -> dict[str, Any]:
    return {"fuse": "interpolation", "parameters": {"alpha": alpha}, "with": [[{"retrieve": "ql-dirichlet"}]]}


def made(*stages: dict[str, Any]) -> dict[str, dict[str, float]]:
    fields = {"version": 1, "system": "s", "family": "test", "description": "d", "pipeline": list(stages)}
    corpus = Corpus(documents=lambda: DOCUMENTS, key="twelve")
    return run_pipeline(check(fields, SystemSpec, where="t"), corpus, QUERIES, depth=DEPTH).run.to_dict()


@pytest.fixture
def first() -> Run:
    return BM25().index(DOCUMENTS).search(QUERIES, DEPTH, tag="s")


@pytest.fixture
def again() -> Callable[[Run], Run]:
    """Feedback from a run, on the index of BM25."""
    index = BM25().index(DOCUMENTS)

    def feedback(run: Run) -> Run:
        searched = Searched(
            run=run, retriever=BM25(), index=index, lookup=lambda _: {}, documents=lambda: DOCUMENTS
        )
        return RM3(feedback_documents=2, feedback_terms=3).search(searched, QUERIES, DEPTH, tag="s").run

    return feedback


@pytest.fixture
def joined() -> Callable[[Run, float], Run]:
    """Interpolation with the run of another retriever."""
    other = DirichletQueryLikelihood().index(DOCUMENTS).search(QUERIES, DEPTH, tag="s")
    return lambda run, alpha: Interpolation(alpha=alpha).fuse([run, other], DEPTH, tag="s")


def test_none(first: Run, again: Callable[[Run], Run]) -> None:
    assert made(RETRIEVE, FEEDBACK) == again(first).to_dict() != first.to_dict()


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_pre(
    alpha: float, first: Run, again: Callable[[Run], Run], joined: Callable[[Run, float], Run]
) -> None:
    """The feedback's documents and their weights are those of the fused run."""
    assert made(RETRIEVE, fuse(alpha), FEEDBACK) == again(joined(first, alpha)).to_dict()


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_post(
    alpha: float, first: Run, again: Callable[[Run], Run], joined: Callable[[Run, float], Run]
) -> None:
    assert made(RETRIEVE, FEEDBACK, fuse(alpha)) == joined(again(first), alpha).to_dict()


@pytest.mark.parametrize("alpha", [0.3, 0.8])
def test_both(
    alpha: float, first: Run, again: Callable[[Run], Run], joined: Callable[[Run, float], Run]
) -> None:
    found = made(RETRIEVE, fuse(alpha), FEEDBACK, fuse(alpha))
    assert found == joined(again(joined(first, alpha)), alpha).to_dict()


def test_the_four_are_four_systems() -> None:
    """With one alpha they differ on these texts, so that none of them is another under its name."""
    runs = [
        made(RETRIEVE, FEEDBACK),
        made(RETRIEVE, fuse(0.3), FEEDBACK),
        made(RETRIEVE, FEEDBACK, fuse(0.3)),
        made(RETRIEVE, fuse(0.3), FEEDBACK, fuse(0.3)),
    ]
    assert all(a != b for i, a in enumerate(runs) for b in runs[:i])
