"""NumRet: how many documents were returned."""

from __future__ import annotations

import math

import numpy as np

from harness.evaluation.definition import JUDGED_ONLY, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """Documents returned for each query."""
    return hits.returned.astype(np.float64)


NUM_RET = Definition(
    name="NumRet",
    meaning="The number of documents returned.",
    formula="documents returned",
    source="trec_eval m_num_ret.c (which sums over queries where we average)",
    compute=compute,
    parameters={"judged_only": JUDGED_ONLY},
    ceiling=math.inf,
    direction="none",
)
