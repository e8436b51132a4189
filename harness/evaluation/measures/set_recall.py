"""SetR: recall of everything returned."""

from __future__ import annotations

import numpy as np

from harness.evaluation.definition import REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """Relevant documents returned over all relevant ones; 0 where none is relevant."""
    rel = measure.integer("rel")
    total = hits.judgments.relevant(rel)
    found = hits.count_relevant(rel, None)
    return np.divide(found, total, out=np.zeros(len(total)), where=total > 0)


SET_R = Definition(
    name="SetR",
    meaning="Set recall: the share of all relevant documents that were returned at any rank.",
    formula="(relevant documents returned) / R",
    source="trec_eval m_set_recall.c",
    compute=compute,
    parameters={"rel": REL},
)
