"""Rprec: precision at the rank where it equals recall."""

from __future__ import annotations

import numpy as np

from harness.evaluation.definition import JUDGED_ONLY, REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """Relevant documents among the first R, divided by R; 0 where none is relevant."""
    rel = measure.integer("rel")
    query, rank, _ = hits.relevant(rel)
    total = hits.judgments.relevant(rel)
    found = np.bincount(query[rank <= total[query]], minlength=len(total))
    return np.divide(found, total, out=np.zeros(len(total)), where=total > 0)


RPREC = Definition(
    name="Rprec",
    meaning="R-precision: the share of relevant documents among the first R.",
    formula="(relevant documents at r <= R) / R",
    source="trec_eval m_Rprec.c",
    compute=compute,
    parameters={"rel": REL, "judged_only": JUDGED_ONLY},
)
