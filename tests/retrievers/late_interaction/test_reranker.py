"""MaxSim as a second stage: what pruning may change and what not; token pooling; query augmentation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from harness.records import Document, Query
from harness.retrievers.late_interaction.pooling import clustered
from harness.retrievers.late_interaction.reranker import MaxSimRanker, MaxSimReranker
from harness.retrievers.late_interaction.retriever import MaxSim
from harness.retrievers.neural.cache import Encodings
from tests.conftest import needs_neural

ANGLES = np.random.default_rng(2).random((60, 3)) * np.pi


class Angles:
    """A text is numbers: angles of its token vectors in degrees."""

    identity = "0"

    def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
        rows = [np.radians([float(word) for word in text.split()]) for text in texts]
        flat = np.concatenate(rows)
        return {
            "bounds": np.cumsum([0, *map(len, rows)]),
            "vectors": np.stack([np.cos(flat), np.sin(flat)], axis=1).astype(np.float32),
        }


def ranker(**parameters: object) -> MaxSimRanker:
    needs_neural()
    return MaxSimRanker(parameters=MaxSimReranker(**parameters), encoder=Angles())  # type: ignore[arg-type]


DOCUMENTS = [
    Document(f"d{i}", "", " ".join(f"{angle:.3f}" for angle in np.degrees(row)))
    for i, row in enumerate(ANGLES)
]
QUERY = Query("q", " ".join(str(5 * i) for i in range(20)))
FIRST = list(range(60, 0, -1))


def test_sums_worked_by_hand() -> None:
    documents = [Document("a", "", "0 90"), Document("b", "", "60"), Document("c", "", "")]
    ranked = ranker().rank(Query("q", "0 60"), documents, [3.0, 2.0, 1.0])
    # a: cos 0 + cos 30; b: cos 60 + cos 0; c has no token: below
    assert ranked.scores[:2] == pytest.approx([1 + 3**0.5 / 2, 1.5])
    assert ranked.scores[2] == pytest.approx(0.5)
    assert ranked.counts == {"judged": 2, "given_up": 1, "not_judged": 0}


def test_the_bound_loses_none_of_the_first() -> None:
    whole = ranker().rank(QUERY, DOCUMENTS, FIRST)
    for keep in (1, 5, 20):
        lean = ranker(keep=keep).rank(QUERY, DOCUMENTS, FIRST)
        best, found = np.argsort(-np.array(whole.scores))[:keep], np.argsort(-np.array(lean.scores))[:keep]
        assert found.tolist() == best.tolist()
        assert lean.counts["given_up"] > 0
        assert sum(lean.counts.values()) == 60


def test_a_document_as_good_as_the_last_that_is_kept_is_judged() -> None:
    """Which of two equal documents stands first is decided by their ids, not by their places before."""
    copy = Document("z", "", DOCUMENTS[0].text)
    given = [*DOCUMENTS[:1], *(Document(f"far{i}", "", "180") for i in range(20)), copy]
    found = ranker(keep=1).rank(QUERY, given, list(range(22, 0, -1)))
    assert found.scores[-1] == found.scores[0] > max(found.scores[1:-1])


def test_vectors_that_rounding_made_longer_are_not_given_up_too_early() -> None:
    """All lengths are 1.0004, as in 16 bits they may be; sums worked by hand, after 8 of 16 tokens."""

    class Longer(Angles):
        def encode(self, texts: Sequence[str], *, query: bool) -> Encodings:
            made = dict(Angles.encode(self, texts, query=query))
            made["vectors"] *= 1.0 if query else 1.0004
            return made

    needs_neural()
    made = MaxSimRanker(parameters=MaxSimReranker(keep=1), encoder=Longer())  # type: ignore[arg-type]
    first = Document("a", "", "0 29.99")  # 8 * 1.0004 * (1 + sin 29.99) = 12.0036
    better = Document("z", "", "90 60")  # 8 * 1.0004 * (cos 60 + 1) = 12.0048; with 8 * 1 it was 12.0016
    given = [first, *(Document(f"far{i}", "", "180") for i in range(15)), better]
    query = Query("q", " ".join(["0"] * 8 + ["90"] * 8))
    scores = made.rank(query, given, list(range(17, 0, -1))).scores
    assert (scores[0], scores[-1]) == pytest.approx((12.0036, 12.0048), abs=1e-4)


def test_patience_and_margin_judge_fewer() -> None:
    whole = ranker().rank(QUERY, DOCUMENTS, FIRST).scores
    falling = [DOCUMENTS[i] for i in np.argsort(-np.array(whole))]
    patient = ranker(keep=3, patience=8).rank(QUERY, falling, FIRST)
    assert patient.counts["not_judged"] == 28, "nothing in the second block of 16 comes among the first 3"
    margin = ranker(keep=10, prune_below=0.9).rank(QUERY, DOCUMENTS, FIRST)
    # the 10th first-stage score is 51, and 51 * 0.9 = 45.9: 60 down to 46 are judged
    assert margin.counts["not_judged"] == 45
    below = np.array(margin.scores[15:])
    assert (np.diff(below) < 0).all(), "what is not judged keeps its order"
    assert below.max() < min(score for score in margin.scores[:15])


def test_a_query_without_text_keeps_the_order() -> None:
    scores = ranker().rank(Query("q", " "), DOCUMENTS[:5], FIRST[:5]).scores
    assert list(scores) == sorted(scores, reverse=True)


def test_pooling_makes_means_of_clusters() -> None:
    pytest.importorskip("scipy")
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]], dtype=np.float32)
    made = clustered(vectors, 2)
    means = [np.array([1.8, 0.6]), np.array([-0.6, 1.8])]
    expected = sorted((mean / np.linalg.norm(mean)).tolist() for mean in means)
    assert sorted(made.tolist()) == [pytest.approx(row, abs=1e-6) for row in expected]
    assert clustered(vectors, 1) is vectors
    assert len(clustered(vectors[:3], 2)) == 2


def test_parameters_change_what_a_real_encoder_gives() -> None:
    needs_neural()
    documents = [Document("a", "", "a small cat sat on the mat"), Document("b", "", "interest rates rose")]
    queries = [Query("q", "cat")]
    plain = MaxSim().index(documents)
    pooled = MaxSim(pool_factor=2).index(documents)
    assert (plain.facts["tokens"], pooled.facts["tokens"]) == (10, 6), "7 and 3, halved and rounded up"
    scores = plain.search(queries, 5, tag="t").to_dict()["q"]
    longer = MaxSim(query_length=8).index(documents).search(queries, 5, tag="t").to_dict()["q"]
    assert list(longer) == list(scores) == ["a", "b"]
    assert scores["a"] <= 1 < longer["a"], "one word gives 1 at most; here are five mask tokens beside it"
    opened = MaxSimReranker(precision="float32").open()
    ranked = opened.rank(queries[0], documents, [2.0, 1.0])
    exact = MaxSim(precision="float32").index(documents).search(queries, 5, tag="t").to_dict()["q"]
    assert dict(zip("ab", ranked.scores, strict=True)) == pytest.approx(exact, abs=1e-5)
