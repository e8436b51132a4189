"""Success: whether anything relevant stands among the first k."""

from __future__ import annotations

import numpy as np

from harness.evaluation.definition import JUDGED_ONLY, REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """1 where a relevant document is among the first k, 0 elsewhere."""
    return (hits.count_relevant(measure.integer("rel"), measure.depth) > 0).astype(np.float64)


SUCCESS = Definition(
    name="Success",
    meaning="Success: 1 if at least one relevant document stands among the first k, else 0.",
    formula="1 if (relevant documents at r <= k) > 0 else 0",
    source="trec_eval m_success.c",
    compute=compute,
    cutoff="required",
    parameters={"rel": REL, "judged_only": JUDGED_ONLY},
)
