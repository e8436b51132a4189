"""SetP: precision of everything returned."""

from __future__ import annotations

import numpy as np

from harness.evaluation.definition import JUDGED_ONLY, REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """Relevant documents returned over documents returned."""
    found = hits.count_relevant(measure.integer("rel"), None)
    return np.divide(found, hits.returned, out=np.zeros(len(found)), where=hits.returned > 0)


SET_P = Definition(
    name="SetP",
    meaning="Set precision: the share of relevant documents in everything returned.",
    formula="(relevant documents returned) / (documents returned)",
    source="trec_eval m_set_P.c",
    compute=compute,
    parameters={"rel": REL, "judged_only": JUDGED_ONLY},
)
