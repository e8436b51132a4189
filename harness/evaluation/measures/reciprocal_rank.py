"""RR: how far down the first relevant document stands."""

from __future__ import annotations

import numpy as np

from harness.evaluation.definition import JUDGED_ONLY, REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """1 / rank of the first relevant document, 0 if none is within the cutoff."""
    query, rank, nth = hits.relevant(measure.integer("rel"))
    first = nth == 1
    if measure.depth is not None:
        first &= rank <= measure.depth
    values = np.zeros(len(hits.returned))
    values[query[first]] = 1.0 / rank[first]
    return values


RR = Definition(
    name="RR",
    meaning="Reciprocal rank of the first relevant document (its mean is MRR).",
    formula="1 / (lowest relevant r <= k), 0 if there is none",
    source="Kantor and Voorhees 2000; trec_eval m_recip_rank.c; the cutoff is MS MARCO's",
    compute=compute,
    cutoff="optional",
    parameters={"rel": REL, "judged_only": JUDGED_ONLY},
)
