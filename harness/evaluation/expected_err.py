"""The expected value of ERR when tied documents stand in random order."""

from __future__ import annotations

import numpy as np

from harness.evaluation.expected import blocks
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def expected_err(hits: Hits, measure: Measure) -> Floats:
    """Closed form: the chance to stop at a place is the chance to pass those above it less that to pass it.

    The chance to pass t of the s documents of a block, averaged over all choices of t, is a mean of products:
    an elementary symmetric polynomial of the chances to go on, divided by its number of terms.
    """
    highest = 2.0 ** measure.integer("max_rel")
    chosen = hits.grades > 0
    go_on = 1.0 - (np.exp2(hits.grades[chosen].astype(np.float64)) - 1.0) / highest
    block = blocks(hits, chosen, np.ones(len(hits)))
    arrive = np.ones(len(hits.returned))
    terms, first = np.zeros(len(block.query)), 0
    for i, (query, start, size, count) in enumerate(
        zip(*(column.tolist() for column in block[:4]), strict=True)
    ):
        factors = go_on[first : first + count]
        first += count
        passed = mean_products(factors, size)
        ranks = start + np.arange(size)
        shown = ranks <= (measure.depth or ranks[-1])
        terms[i] = arrive[query] * float(((passed[:-1] - passed[1:]) / ranks)[shown].sum())
        arrive[query] *= float(np.prod(factors))
    return hits.sum_in_rank_order(block.query, terms)


def mean_products(factors: Floats, size: int) -> Floats:
    """For t = 0 … size the product of t different factors, averaged over all choices; float64[size + 1].

    Factors beyond those given are 1. One factor after another is added: a choice of t out of n either has the
    new one (t in n) or not.
    """
    means = np.ones(size + 1)
    for n, factor in enumerate(factors.tolist(), size - len(factors) + 1):
        t = np.arange(1, n + 1)
        means[1 : n + 1] = (n - t) / n * means[1 : n + 1] + t / n * factor * means[:n]
    return means
