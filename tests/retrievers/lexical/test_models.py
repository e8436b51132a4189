"""Overlap, tf-idf and query likelihood, each worked by hand on three documents."""

from __future__ import annotations

from math import log, sqrt

import pytest

from harness.records import Document, Query
from harness.retrievers.lexical.overlap import Overlap
from harness.retrievers.lexical.query_likelihood import DirichletQueryLikelihood
from harness.retrievers.lexical.retriever import LexicalRetriever
from harness.retrievers.lexical.tfidf import TfIdf

DOCUMENTS = [Document("d1", "cat", "cat dog"), Document("d2", "", "dog bird"), Document("d3", "", "fish")]


def ranked(retriever: LexicalRetriever, text: str) -> dict[str, float]:
    return retriever.index(DOCUMENTS).search([Query("q", text)], 10, tag="t").to_dict().get("q", {})


def test_overlap_counts_distinct_terms() -> None:
    assert ranked(Overlap(), "dogs cat dog cats whale") == {"d1": 2.0, "d2": 1.0}
    assert list(ranked(Overlap(), "dog").items()) == [("d2", 1.0), ("d1", 1.0)]  # tied, so by descending id


def test_tfidf_is_the_cosine_of_lnc_ltc() -> None:
    # d1 = (cat 1 + ln 2, dog 1); d2 = (dog 1, bird 1). The query has cat once, dog twice.
    cat, dog = 1 * log(1 + 3 / 1), (1 + log(2)) * log(1 + 3 / 2)
    query_length = sqrt(cat**2 + dog**2)
    expected = {
        "d1": (cat * (1 + log(2)) + dog * 1) / (query_length * sqrt((1 + log(2)) ** 2 + 1)),
        "d2": dog / (query_length * sqrt(2)),
    }
    assert ranked(TfIdf(), "cat dog dog whale") == pytest.approx(expected, rel=3e-7)


def test_query_likelihood_with_a_dirichlet_prior() -> None:
    # 6 occurrences in all: p(cat) = 2/6, p(dog) = 2/6. |q| = 3, for whale is unknown to the collection.
    mu = 10.0
    expected = {
        "d1": log(1 + 2 / (mu * 2 / 6)) + 2 * log(1 + 1 / (mu * 2 / 6)) + 3 * log(mu / (mu + 3)),
        "d2": 2 * log(1 + 1 / (mu * 2 / 6)) + 3 * log(mu / (mu + 2)),
    }
    assert ranked(DirichletQueryLikelihood(mu=mu), "cat dog dog whale") == pytest.approx(expected, rel=1e-6)


def test_query_likelihood_ranks_negative_scores() -> None:
    # With a small mu and one shared term the length's part outweighs it: both scores are below zero.
    scores = ranked(DirichletQueryLikelihood(mu=0.1), "dog bird fish cat")
    assert max(scores.values()) < 0
    assert list(scores.values()) == sorted(scores.values(), reverse=True)
    likelihoods = {"d1": 0.0, "d2": 0.0, "d3": 0.0}
    lengths = {"d1": 3, "d2": 2, "d3": 1}
    frequencies = {"cat": {"d1": 2}, "dog": {"d1": 1, "d2": 1}, "bird": {"d2": 1}, "fish": {"d3": 1}}
    for found in frequencies.values():  # the definition itself: sum of ln((tf + mu p) / (length + mu))
        share = sum(found.values()) / 6
        for name in likelihoods:
            likelihoods[name] += log((found.get(name, 0) + 0.1 * share) / (lengths[name] + 0.1))
    assert list(scores) == sorted(likelihoods, key=likelihoods.__getitem__, reverse=True)
