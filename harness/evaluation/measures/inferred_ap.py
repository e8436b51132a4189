"""infAP: average precision estimated from a judged sample of the pool."""

from __future__ import annotations

import numpy as np

from harness.evaluation.definition import REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats

EPSILON = 0.00001
"""INFAP_EPSILON of trec_eval.h."""


def compute(hits: Hits, measure: Measure) -> Floats:
    """Expected precision at each relevant document, averaged over all; the terms are m_infap.c's."""
    rel = measure.integer("rel")
    total = hits.judgments.relevant(rel)
    chosen = np.flatnonzero(hits.grades >= rel)
    query = hits.queries[chosen]
    in_pool = np.arange(len(hits), dtype=np.int64)[chosen] - hits.starts[query]  # pool documents above
    seen = hits.nth(query) - 1  # relevant above
    judged = np.concatenate(([0], np.cumsum(hits.grades >= 0)))
    judged_above = judged[chosen] - judged[hits.starts[query]]
    above = (hits.ranks[chosen] - 1).astype(np.float64)
    first = above == 0.0
    j = np.where(first, 1.0, above)
    estimate = 1.0 / (j + 1.0) + (j / (j + 1.0)) * (in_pool / j) * (
        (seen + EPSILON) / (judged_above + 2 * EPSILON)
    )
    sums = hits.sum_in_rank_order(query, np.where(first, 1.0, estimate))
    return np.divide(sums, total, out=np.zeros(len(total)), where=total > 0)


INFAP = Definition(
    name="infAP",
    meaning="Inferred AP: average precision estimated where only a sample of the pool was judged "
    "(negative grade = in the pool, not judged).",
    formula="(1 / R) * sum over relevant returned r of 1/r + ((r-1)/r) * (pool/(r-1)) * "
    "(rel + e) / (rel + nonrel + 2e), counting documents above r, e = 0.00001",
    source="Yilmaz and Aslam 2006 (CIKM); trec_eval m_infap.c",
    compute=compute,
    parameters={"rel": REL},
)
