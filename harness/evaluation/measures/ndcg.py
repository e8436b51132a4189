"""nDCG: discounted gain against the best possible order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.errors import DatasetError
from harness.evaluation.definition import HIGHEST_GRADE, JUDGED_ONLY, Definition, Parameter
from harness.evaluation.discounts import log2_rank_plus_one
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.records import Floats

Grades = npt.NDArray[np.int32]


def linear_gain(grades: Grades) -> Floats:
    """The grade itself."""
    return grades.astype(np.float64)


def exponential_gain(grades: Grades) -> Floats:
    """2^grade - 1.

    Raises:
        DatasetError: a grade whose gain a double does not hold.
    """
    if grades.max(initial=0) > HIGHEST_GRADE:
        raise DatasetError(f"nDCG(dcg='exp-log2') takes grades up to {HIGHEST_GRADE}; found {grades.max()}.")
    return np.exp2(grades.astype(np.float64)) - 1.0


GAINS = {"log2": linear_gain, "exp-log2": exponential_gain}


def compute(hits: Hits, measure: Measure) -> Floats:
    """DCG over the ideal DCG of all judged documents; 0 where nothing has a positive grade."""
    gain = GAINS[str(measure["dcg"])]
    query, rank, _ = hits.relevant(1)  # only positive grades gain, whatever counts as relevant elsewhere
    grades = hits.cached("positive grades", lambda: hits.grades[hits.grades > 0])
    if measure.depth is not None:
        kept = rank <= measure.depth
        query, rank, grades = query[kept], rank[kept], grades[kept]
    dcg = hits.sum_in_rank_order(query, gain(grades) / log2_rank_plus_one(rank))
    ideal = hits.judgments.ideal_dcg(gain, measure.depth)
    return np.divide(dcg, ideal, out=np.zeros(len(ideal)), where=ideal > 0)


NDCG = Definition(
    name="nDCG",
    meaning="Normalised discounted cumulative gain: graded, top-heavy, 1 for the best possible order.",
    formula="sum over r <= k of gain(r) / log2(r + 1), divided by the same sum of the ideal order; "
    "gain = grade (dcg='log2') or 2^grade - 1 (dcg='exp-log2'); negative grades gain 0",
    source="Järvelin and Kekäläinen 2002 (TOIS 20:4); trec_eval m_ndcg.c, m_ndcg_cut.c; "
    "exponential gain: Burges et al. 2005, TREC's gdeval.pl",
    compute=compute,
    cutoff="optional",
    parameters={
        "dcg": Parameter(default="log2", accepts=lambda v: v in GAINS, allowed="'log2' or 'exp-log2'"),
        "judged_only": JUDGED_ONLY,
    },
)
