"""Judged: how much of the top of a ranking has been judged at all."""

from __future__ import annotations

import numpy as np

from harness.evaluation.definition import Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """Judged documents among the first k over min(k, returned); 0 where nothing was returned."""
    depth = measure.depth or 1
    judged = hits.count_relevant(0, depth)
    shown = np.minimum(hits.returned, depth)
    return np.divide(judged, shown, out=np.zeros(len(shown)), where=shown > 0)


JUDGED = Definition(
    name="Judged",
    meaning="The share of judged documents among the first k, in trec_eval's order; "
    "a negative grade is not a judgment.",
    formula="(documents of grade >= 0 at r <= k) / min(k, returned)",
    source="ours; ir_measures' Judged breaks ties the other way and counts negative grades as judged",
    compute=compute,
    cutoff="required",
)
