"""NumRelRet: how many relevant documents were returned."""

from __future__ import annotations

import math

import numpy as np

from harness.evaluation.definition import REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """Relevant documents returned at any rank."""
    return hits.count_relevant(measure.integer("rel"), None).astype(np.float64)


NUM_REL_RET = Definition(
    name="NumRelRet",
    meaning="The number of relevant documents returned.",
    formula="relevant documents returned",
    source="trec_eval m_num_rel_ret.c (which sums over queries where we average)",
    compute=compute,
    parameters={"rel": REL},
    ceiling=math.inf,
)
