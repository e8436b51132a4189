"""R: the share of all relevant documents that stand among the first k."""

from __future__ import annotations

import numpy as np

from harness.evaluation.definition import JUDGED_ONLY, REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """Relevant documents among the first k over all relevant ones; 0 where none is relevant."""
    rel = measure.integer("rel")
    total = hits.judgments.relevant(rel)
    found = hits.count_relevant(rel, measure.depth)
    return np.divide(found, total, out=np.zeros(len(total)), where=total > 0)


R = Definition(
    name="R",
    meaning="Recall: the share of all relevant documents that stand among the first k.",
    formula="(relevant documents at r <= k) / R",
    source="trec_eval m_recall.c",
    compute=compute,
    cutoff="required",
    parameters={"rel": REL, "judged_only": JUDGED_ONLY},
)
