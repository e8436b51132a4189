"""NumRel: how many relevant documents there are."""

from __future__ import annotations

import math

import numpy as np

from harness.evaluation.definition import REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """Relevant documents among the judgments of each query, whatever the run returned."""
    return hits.judgments.relevant(measure.integer("rel")).astype(np.float64)


NUM_REL = Definition(
    name="NumRel",
    meaning="The number of relevant documents.",
    formula="R",
    source="trec_eval m_num_rel.c (which sums over queries where we average)",
    compute=compute,
    parameters={"rel": REL},
    ceiling=math.inf,
    direction="none",
)
