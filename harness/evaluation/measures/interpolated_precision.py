"""IPrec: the best precision at or beyond a recall level."""

from __future__ import annotations

import numpy as np

from harness.columns import Ints
from harness.evaluation.definition import JUDGED_ONLY, REL, Definition
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats


def relevant_needed(level: float, total: Ints, score_precision: str) -> Ints:
    """Relevant documents that make up recall ``level``: rounded half up, int64[q].

    trec_eval <= 9.0.8 adds 0.9 and truncates instead; ``score_precision="single"`` stands for that version.
    """
    exact = level * total
    if score_precision == "single":
        needed = np.trunc(exact + 0.9)
    else:
        needed = np.floor(exact) + (exact - np.floor(exact) >= 0.5)
    whole: Ints = needed.astype(np.int64)
    return whole


def compute(hits: Hits, measure: Measure) -> Floats:
    """Highest precision at any relevant document from the level on; 0 where the level is not reached."""
    rel = measure.integer("rel")
    query, rank, nth = hits.relevant(rel)
    needed = relevant_needed(float(measure.cutoff or 0), hits.judgments.relevant(rel), hits.score_precision)
    values = np.zeros(len(needed))
    beyond = nth >= needed[query]
    np.maximum.at(values, query[beyond], nth[beyond] / rank[beyond])
    return values


IPREC = Definition(
    name="IPrec",
    meaning="Interpolated precision: the highest precision at or beyond a level of recall.",
    formula="max over r with (relevant documents up to r) >= round(level * R) of precision at r",
    source="trec_eval m_iprec_at_recall.c (10 rounds the level, 9.0.8 adds 0.9 and truncates)",
    compute=compute,
    cutoff="recall",
    parameters={"rel": REL, "judged_only": JUDGED_ONLY},
)
