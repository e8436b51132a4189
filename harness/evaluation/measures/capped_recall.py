"""R_cap: recall against what fits above the cutoff."""

from __future__ import annotations

import numpy as np

from harness.evaluation.definition import JUDGED_ONLY, REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """Relevant documents among the first k over min(relevant, k); 0 where none is relevant."""
    rel = measure.integer("rel")
    possible = np.minimum(hits.judgments.relevant(rel), measure.depth or 1)
    found = hits.count_relevant(rel, measure.depth)
    return np.divide(found, possible, out=np.zeros(len(possible)), where=possible > 0)


R_CAP = Definition(
    name="R_cap",
    meaning="Capped recall: relevant documents among the first k, against as many as fit there.",
    formula="(relevant documents at r <= k) / min(R, k); 0 where R = 0",
    source="Thakur et al. 2021 (BEIR); recall_cap of beir's custom_metrics.py, undefined there at R = 0",
    compute=compute,
    cutoff="required",
    parameters={"rel": REL, "judged_only": JUDGED_ONLY},
)
