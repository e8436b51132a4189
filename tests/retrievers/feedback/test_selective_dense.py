"""Dense retrieval in chosen clusters: the clusters, the choice by hand, and the whole against all vectors."""

from __future__ import annotations

import numpy as np
import pytest

from harness.datasets.dataset import load_dataset
from harness.errors import SpecError
from harness.records import Query
from harness.retrievers.dense.retriever import Dense
from harness.retrievers.engines.faiss_engines import FaissFlat
from harness.retrievers.feedback.cluster_choice import by_overlap, chosen_clusters
from harness.retrievers.feedback.clusters import clustered
from harness.retrievers.feedback.selective_dense import SelectiveDense
from harness.retrievers.fusion.weighted_sum import Interpolation
from harness.retrievers.lexical.bm25 import BM25
from harness.retrievers.stages import Searched
from tests.conftest import needs_neural

POINTS = np.float32([[0, 0], [0, 1], [10, 0], [10, 1], [0, 0.5], [10, 0.5]])


def test_vectors_that_lie_together_are_a_cluster() -> None:
    found = clustered(POINTS, 2, seed=0)
    assert len(set(found.of[[0, 1, 4]].tolist())) == len(set(found.of[[2, 3, 5]].tolist())) == 1
    assert sorted(found.centroids.tolist()) == [[0, 0.5], [10, 0.5]]
    assert found.sizes.tolist() == [3, 3]
    assert found.members(found.of[[2]]).tolist() == [2, 3, 5]


def test_clusters_are_the_same_each_time_and_none_is_empty() -> None:
    vectors = np.random.default_rng(3).normal(size=(500, 8)).astype(np.float32)
    first, again = clustered(vectors, 40, seed=7), clustered(vectors, 40, seed=7)
    assert np.array_equal(first.of, again.of) and np.array_equal(first.centroids, again.centroids)
    assert (first.sizes > 0).all() and first.sizes.sum() == 500
    equal = clustered(np.ones((9, 2), dtype=np.float32), 4, seed=7)
    assert equal.centroids.tolist() == [[1, 1]] and equal.of.tolist() == [0] * 9


def test_a_sample_is_clustered_where_there_are_many_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.retrievers.feedback.clusters.POINTS_PER_CENTROID", 2)
    found = clustered(np.repeat(POINTS, 5, axis=0), 2, seed=0)
    assert found.sizes.sum() == 30
    assert np.array_equal(found.of, np.repeat(found.of[::5], 5)), "equal vectors lie together"


def test_overlap_is_counted_bin_by_bin() -> None:
    """Cluster 3 has two of the first ten, 0 and 1 one each; then 1 has two of ranks 11 to 25, and 0 none."""
    found = [3, 0, 3, 1, *[4] * 0, *[5] * 6, 1, 1, 2]
    assert by_overlap(found, 7).tolist() == [5, 3, 1, 0, 2], "5 has six of the first ten; 4 and 6 have none"


def test_both_orders_count() -> None:
    """By overlap 2, 0, 1; by product 1, 0, 2: 0 scores 2/62, and 2 and 1 score 1/61 + 1/63, which is more."""
    centroids = np.float32([[0.5, 0], [0.9, 0], [0.1, 0]])
    order = chosen_clusters(np.array([2, 0, 1]), np.float32([1, 0]), centroids, 3)
    assert order.tolist() == [2, 1, 0], "of equals, the one of the greater overlap"
    agreed = chosen_clusters(np.array([1, 2, 0]), np.float32([1, 0]), centroids, 1)
    assert agreed.tolist() == [1]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"visits": 9, "candidates": 8}, "visits: at most candidates, 8"),
        ({"dense": Dense(engine=FaissFlat())}, "dense.engine: clusters are searched exactly"),
        ({"alpha": 1.1}, "alpha"),
        ({"cluster_size": 0}, "cluster_size"),
    ],
)
def test_wrong_parameters_are_named(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        SelectiveDense(**wrong)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def searched() -> Searched:
    needs_neural()
    data = load_dataset("demo")
    index = BM25().index(data.documents())
    run = index.search(data.queries[:12], 100, tag="t")
    return Searched(
        run=run, retriever=BM25(), index=index, lookup=lambda _: {}, documents=lambda: data.documents()
    )


def test_with_all_clusters_it_is_the_interpolation_with_all_vectors(searched: Searched) -> None:
    """Every cluster that has a BM25 document is visited; one cluster holds the whole collection."""
    data = load_dataset("demo")
    found = SelectiveDense(cluster_size=1000, alpha=0.25).search(searched, data.queries[:12], 100, tag="t")
    dense = Dense().index(data.documents()).search(data.queries[:12], 100, tag="t")
    whole = Interpolation(alpha=0.25).fuse([searched.run, dense], 100, tag="t")
    for query, row in whole.to_dict().items():
        assert found.run.to_dict()[query] == pytest.approx(row, abs=1e-5), "products in single precision"
    assert found.facts["clusters"] == 1 and found.facts["share_of_documents"] == 1.0
    assert found.facts["accuracy_at_10"] == 1.0


def test_it_visits_little_and_says_how_much(searched: Searched) -> None:
    queries = load_dataset("demo").queries[:12]
    stage = SelectiveDense(cluster_size=10, visits=3, alpha=0.0)
    found = stage.search(searched, queries, 1000, tag="new")
    rows = found.run.to_dict()
    assert found.run.tag == "new" and set(rows) == set(searched.run.to_dict())
    facts = found.facts
    assert (facts["documents"], facts["clusters_per_query"]) == (290, 3.0)
    assert 0.03 < facts["share_of_documents"] < 0.3 and facts["accuracy_at_10"] > 0.4
    visited = {q: sum(score > 0 for score in row.values()) for q, row in rows.items()}
    assert sum(visited.values()) / len(visited) == pytest.approx(facts["documents_per_query"] - 1), (
        "with alpha 0 the score is the dense one, which is 0 for the last of those visited"
    )
    assert stage.search(searched, queries[::-1], 1000, tag="new").run.to_dict() == rows


def test_queries_without_text_or_without_a_ranking(searched: Searched) -> None:
    name = searched.run.queries[0]
    found = SelectiveDense().search(searched, [Query(name, " "), Query("other", "index")], 5, tag="t")
    assert "other" not in found.run.to_dict()
    assert found.run.to_dict()[name].keys() == dict(list(searched.run.to_dict()[name].items())[:5]).keys()
    assert found.facts["share_of_documents"] == 0.0
