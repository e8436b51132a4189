"""Bpref: how often judged relevant documents stand above judged non-relevant ones."""

from __future__ import annotations

import numpy as np

from harness.evaluation.definition import REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """Mean over all relevant documents of the share of non-relevant ones that do not precede them."""
    rel = measure.integer("rel")
    total = hits.judgments.relevant(rel)
    judged = np.flatnonzero(hits.grades >= 0)
    query, relevant = hits.queries[judged], hits.grades[judged] >= rel
    seen_relevant = np.cumsum(relevant)
    before_query = np.concatenate(([0], seen_relevant))[np.searchsorted(query, np.arange(len(total)))]
    above = (hits.nth(query) - (seen_relevant - before_query[query]))[relevant]
    query = query[relevant]
    possible = np.minimum(hits.judgments.nonrelevant(rel), total)[query]
    inverted = np.minimum(above, total[query])
    # above > 0 implies possible > 0: a non-relevant and a relevant document have been judged
    gains = 1.0 - np.divide(inverted, possible, out=np.zeros(len(query)), where=above > 0)
    return np.divide(hits.sum_in_rank_order(query, gains), total, out=np.zeros(len(total)), where=total > 0)


BPREF = Definition(
    name="Bpref",
    meaning="Binary preference: relevant before non-relevant, looking at judged documents only.",
    formula="(1 / R) * sum over relevant returned d of 1 - min(n(d), R) / min(N, R); "
    "n(d) = judged non-relevant documents above d, N = all of them",
    source="Buckley and Voorhees 2004 (SIGIR); trec_eval m_bpref.c",
    compute=compute,
    parameters={"rel": REL},
)
