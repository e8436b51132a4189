"""AP: precision at every relevant document, averaged over all of them."""

from __future__ import annotations

import numpy as np

from harness.evaluation.definition import JUDGED_ONLY, REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """Sum of nth / rank over the relevant documents returned, divided by all relevant ones."""
    rel = measure.integer("rel")
    query, rank, nth = hits.relevant(rel)
    if measure.depth is not None:
        kept = rank <= measure.depth
        query, rank, nth = query[kept], rank[kept], nth[kept]
    total = hits.judgments.relevant(rel)
    precisions = hits.sum_in_rank_order(query, nth / rank)
    return np.divide(precisions, total, out=np.zeros(len(total)), where=total > 0)


AP = Definition(
    name="AP",
    meaning="Average precision: precision at the rank of each relevant document, averaged over all of them.",
    formula="(1 / R) * sum over relevant r <= k of (relevant documents up to r) / r",
    source="Buckley and Voorhees 2005; trec_eval m_map.c, m_map_cut.c",
    compute=compute,
    cutoff="optional",
    parameters={"rel": REL, "judged_only": JUDGED_ONLY},
)
