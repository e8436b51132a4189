"""P: the share of relevant documents among the first k."""

from __future__ import annotations

from harness.evaluation.definition import JUDGED_ONLY, REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """Relevant documents among the first k, divided by k even where fewer were returned."""
    return hits.count_relevant(measure.integer("rel"), measure.depth) / float(measure.depth or 1)


P = Definition(
    name="P",
    meaning="Precision: the share of relevant documents among the first k.",
    formula="(relevant documents at r <= k) / k",
    source="trec_eval m_P.c",
    compute=compute,
    cutoff="required",
    parameters={"rel": REL, "judged_only": JUDGED_ONLY},
)
