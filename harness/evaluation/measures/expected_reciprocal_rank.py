"""ERR: the expected reciprocal rank at which a user is satisfied."""

from __future__ import annotations

import numpy as np

from harness.columns import Ints
from harness.errors import DatasetError
from harness.evaluation.definition import JUDGED_ONLY, MAX_REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def compute(hits: Hits, measure: Measure) -> Floats:
    """Sum over ranks of the chance to stop there, divided by the rank.

    Raises:
        DatasetError: a grade above the top of the scale.
    """
    top = measure.integer("max_rel")
    highest = int(hits.judgments.qrels.grades.max())
    if highest > top:
        raise DatasetError(
            f"{measure}: the judgments hold grade {highest}, above the scale's top {top}; "
            f"ask for ERR(max_rel={highest})."
        )
    query, rank, nth = hits.relevant(1)
    stops = (np.exp2(hits.grades[hits.grades > 0].astype(np.float64)) - 1.0) / 2.0**top
    if measure.depth is not None:
        kept = rank <= measure.depth
        query, rank, nth, stops = query[kept], rank[kept], nth[kept], stops[kept]
    return hits.sum_in_rank_order(query, _chance_to_arrive(nth, stops) * stops / rank)


def _chance_to_arrive(nth: Ints, stops: Floats) -> Floats:
    """Product of (1 - stop) over the documents above, inside each query."""
    arrive = np.ones(len(nth))
    for depth in range(2, int(nth.max(initial=0)) + 1):
        here = np.flatnonzero(nth == depth)
        arrive[here] = arrive[here - 1] * (1.0 - stops[here - 1])
    return arrive


ERR = Definition(
    name="ERR",
    meaning="Expected reciprocal rank: a user reads down and stops with a chance that grows with the grade.",
    formula="sum over r <= k of (1/r) * s(r) * product over i < r of (1 - s(i)), "
    "s = (2^grade - 1) / 2^max_rel",
    source="Chapelle, Metzler, Zhang and Grinspan 2009 (CIKM); TREC's gdeval.pl (max_rel = 4)",
    compute=compute,
    cutoff="optional",
    parameters={"max_rel": MAX_REL, "judged_only": JUDGED_ONLY},
)
