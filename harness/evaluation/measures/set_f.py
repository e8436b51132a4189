"""SetF: precision and recall of everything returned, in one number."""

from __future__ import annotations

import numpy as np

from harness.evaluation.definition import JUDGED_ONLY, REL, Definition, Parameter
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """Weighted harmonic mean of set precision and set recall; 0 where nothing relevant was returned."""
    rel, beta = measure.integer("rel"), float(measure["beta"])
    found = hits.count_relevant(rel, None)
    some = found > 0
    precision = found[some] / hits.returned[some]
    recall = found[some] / hits.judgments.relevant(rel)[some]
    values = np.zeros(len(found))
    values[some] = (beta + 1.0) * precision * recall / (beta * precision + recall)
    return values


SET_F = Definition(
    name="SetF",
    meaning="Set F: weighted harmonic mean of set precision and set recall.",
    formula="(beta + 1) * SetP * SetR / (beta * SetP + SetR)",
    source="van Rijsbergen 1979 as in trec_eval m_set_F.c (beta is not squared there)",
    compute=compute,
    parameters={
        "rel": REL,
        "beta": Parameter(
            default=1.0,
            accepts=lambda v: isinstance(v, int | float) and not isinstance(v, bool) and 0 <= v < 1e9,
            allowed="a number from 0: the weight of recall",
        ),
        "judged_only": JUDGED_ONLY,
    },
)
