"""Placement of re-ranked documents, and answers kept between processes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ScoreError
from harness.rankings import Run
from harness.records import Document, Query
from harness.retrievers.judged_before import Answers
from harness.retrievers.reranking import LARGEST, rerank
from harness.retrievers.stages import Ranked


@dataclass
class Fixed:
    """Gives the scores it was made with."""

    scores: Sequence[float]
    asked: int = 0
    family: ClassVar[str] = "test"
    summary: ClassVar[str] = "Fixed."

    def open(self) -> Fixed:
        return self

    def rank(self, query: Query, documents: Sequence[Document], first: Sequence[float]) -> Ranked:
        self.asked += 1
        return Ranked(self.scores, {"calls": 1, "tokens": len(documents)})


def run_of(n: int) -> Run:
    return Run.from_dict({"q": {f"d{i:03}": float(n - i) for i in range(n)}}, "t")


def reranked(reranker: Fixed, n: int, depth: int, since: float = float("inf")) -> dict[str, float]:
    documents = {f"d{i:03}": Document(f"d{i:03}", "", "text") for i in range(n)}
    answer = rerank(
        reranker,
        run_of(n),
        [Query("q", "words")],
        lambda wanted: {name: documents[name] for name in wanted if name in documents},
        depth=depth,
        tag="t",
        answers=Answers(identity="f" * 64, since=since),
    )
    assert answer.facts["judged_documents"] == min(n, depth)
    return answer.run.to_dict()["q"]


@given(
    scores=st.lists(st.floats(-LARGEST, LARGEST, allow_nan=False), min_size=1, max_size=12),
    rest=st.integers(0, 12),
)
def test_judged_documents_stand_above_the_rest_in_their_new_order(scores: list[float], rest: int) -> None:
    made = reranked(Fixed(scores), len(scores) + rest, len(scores))
    names = [f"d{i:03}" for i in range(len(scores) + rest)]
    assert sorted(made) == names, "none is lost and none is added"
    judged = sorted(range(len(scores)), key=lambda i: (scores[i], names[i]), reverse=True)
    assert list(made) == [*(names[i] for i in judged), *names[len(scores) :]]
    assert len({made[name] for name in names[len(scores) :]}) == rest, "no ties below"


@pytest.mark.parametrize("scores", [[1.0], [1.0, float("nan")], [float("inf"), 1.0], [1.0, 2.0**51]])
def test_scores_that_cannot_be_placed_are_refused(scores: list[float]) -> None:
    with pytest.raises(ScoreError):
        reranked(Fixed(scores), 3, 2)


def test_a_ranked_document_without_text_is_named() -> None:
    with pytest.raises(ScoreError, match="d001"):
        rerank(
            Fixed([1.0, 2.0]), run_of(2), [Query("q", "w")], lambda _: {"d000": Document("d000", "", "x")},
            depth=2, tag="t", answers=Answers(identity="e" * 64, since=float("inf")),
        )  # fmt: skip


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    return tmp_path / "answers" / f"{'f' * 64}.jsonl"


def test_an_answer_is_asked_for_once(kept: Path) -> None:
    ranker = Fixed([1.0, 3.0])
    first = reranked(ranker, 3, 2, since=0.0)
    assert reranked(ranker, 3, 2, since=0.0) == first
    assert ranker.asked == 1
    assert json.loads(kept.read_text())["counts"] == {"calls": 1, "tokens": 2}


def test_other_candidates_are_another_question(kept: Path) -> None:
    ranker = Fixed([1.0, 3.0])
    reranked(ranker, 3, 2, since=0.0)
    reranked(ranker, 4, 2, since=0.0)  # other scores of the same documents
    assert ranker.asked == 2


@pytest.mark.parametrize("damage", [b'{"key": "abc", "ti', b"[1]", b"\xff\xfe", b'{"key": 1, "time": "x"}'])
def test_a_damaged_line_costs_one_answer(kept: Path, damage: bytes) -> None:
    ranker = Fixed([1.0, 3.0])
    first = reranked(ranker, 3, 2, since=0.0)
    kept.write_bytes(kept.read_bytes() + b"\n" + damage)
    assert reranked(ranker, 3, 2, since=0.0) == first
    assert ranker.asked == 1
    kept.write_bytes(kept.read_bytes()[:30])  # the first line is cut off, as by a crash
    assert reranked(ranker, 3, 2, since=0.0) == first
    assert reranked(ranker, 3, 2, since=0.0) == first
    assert ranker.asked == 2
