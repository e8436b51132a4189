"""The expected value of Bpref when tied documents stand in random order."""

from __future__ import annotations

import numpy as np

from harness.evaluation.expected import blocks
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def expected_bpref(hits: Hits, measure: Measure) -> Floats:
    """Closed form: with n non-relevant documents in its block, a relevant one is below 0, 1, …, n of them.

    Each of these n + 1 places is as likely as any other; other documents of the block do not matter.
    """
    rel = measure.integer("rel")
    total, nonrelevant = hits.judgments.relevant(rel), hits.judgments.nonrelevant(rel)
    judged = hits.grades >= 0
    block = blocks(hits, judged, (hits.grades >= rel).astype(np.float64))
    relevant = block.gain.astype(np.int64)
    others = block.chosen - relevant
    above = np.cumsum(others) - others
    above -= above[np.searchsorted(block.query, block.query)]
    terms = np.zeros(len(relevant))
    for i in np.flatnonzero(relevant).tolist():
        query = block.query[i]
        possible = max(min(int(nonrelevant[query]), int(total[query])), 1)
        inverted = np.minimum(above[i] + np.arange(others[i] + 1), total[query])
        terms[i] = relevant[i] * float((1.0 - inverted / possible).mean())
    sums = hits.sum_in_rank_order(block.query, terms)
    return np.divide(sums, total, out=np.zeros(len(total)), where=total > 0)
