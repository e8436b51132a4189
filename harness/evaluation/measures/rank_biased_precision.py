"""RBP: the gain of a user who goes on to the next document with a fixed chance."""

from __future__ import annotations

import numpy as np

from harness.columns import Ints
from harness.evaluation.definition import JUDGED_ONLY, REL, Definition, Parameter
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def persistence_weights(p: float, ranks: Ints) -> Floats:
    """p^(r - 1) by repeated multiplication as in m_rbp.c, float64[n]."""
    powers = np.full(int(ranks.max(initial=1)), p)
    powers[0] = 1.0
    weights: Floats = np.multiply.accumulate(powers)[ranks - 1]
    return weights


def compute(hits: Hits, measure: Measure) -> Floats:
    """(1 - p) times the sum of p^(r - 1) over the relevant documents returned."""
    p = float(measure["p"])
    query, rank, _ = hits.relevant(measure.integer("rel"))
    if measure.depth is not None:
        kept = rank <= measure.depth
        query, rank = query[kept], rank[kept]
    return (1.0 - p) * hits.sum_in_rank_order(query, persistence_weights(p, rank))


RBP = Definition(
    name="RBP",
    meaning="Rank-biased precision: rate of gain of a user who goes on with chance p; binary grades.",
    formula="(1 - p) * sum over relevant r <= k of p^(r - 1)",
    source="Moffat and Zobel 2008 (TOIS 27:1); default p of ir_measures",
    compute=compute,
    cutoff="optional",
    parameters={
        "p": Parameter(
            default=0.8,
            accepts=lambda v: isinstance(v, float) and 0.0 < v < 1.0,
            allowed="a number between 0 and 1: the chance to go on",
        ),
        "rel": REL,
        "judged_only": JUDGED_ONLY,
    },
)
