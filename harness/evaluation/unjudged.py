"""Documents that nobody judged: what they could change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.columns import Ints, StringColumn
from harness.errors import CommandError
from harness.evaluation.hits import Hits
from harness.evaluation.judgments import Judgments
from harness.evaluation.measure import Measure
from harness.evaluation.measures.rank_biased_precision import persistence_weights
from harness.records import Floats, Qrels


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnjudgedRange:
    """Values of a measure if none or all of the unjudged documents returned were relevant, float64[q] each.

    For P, RR, Success, RBP, ERR and SetP these are bounds of the true value. AP, R, Rprec and nDCG divide by
    what is relevant in all, which grows with the assumption, so there they are scenarios and not bounds.
    """

    measure: str
    queries: tuple[str, ...]
    none_relevant: Floats
    all_relevant: Floats


def unjudged_range(hits: Hits, measure: Measure, grade: int | None = None) -> UnjudgedRange:
    """The official value, and the value with every returned unjudged document at ``grade``.

    Args:
        hits: of a run.
        measure: any measure.
        grade: by default the top of the scale for ERR, and otherwise the lowest grade that the measure takes
            as relevant.
    """
    settings = measure.definition.parameters
    if grade is None:
        grade = next((measure.integer(name) for name in ("max_rel", "rel") if name in settings), 1)
    assumed = hits.cached(("assumed", grade), lambda: assume_grade(hits, grade))
    return UnjudgedRange(
        measure=str(measure),
        queries=hits.judgments.queries,
        none_relevant=measure.definition.compute(hits, measure),
        all_relevant=measure.definition.compute(assumed, measure),
    )


def assume_grade(hits: Hits, grade: int) -> Hits:
    """The hits as if every returned document without a judgment (negative grades too) had ``grade``.

    Raises:
        CommandError: a negative grade, which is no judgment.
    """
    if grade < 0:
        raise CommandError(f"An assumed grade is 0 or higher; found {grade}.")
    n = int(hits.returned.sum())
    starts = np.concatenate(([0], np.cumsum(hits.returned))).astype(np.int64)
    query = np.repeat(np.arange(len(hits.returned), dtype=np.int64), hits.returned)
    ranks = np.arange(1, n + 1, dtype=np.int64) - starts[query]
    judged = np.flatnonzero(hits.grades >= 0)
    rows = starts[hits.queries[judged]] + hits.ranks[judged] - 1
    grades = np.full(n, grade, dtype=np.int32)
    grades[rows] = hits.grades[judged]
    tie_starts, tie_sizes = ranks.copy(), np.ones(n, dtype=np.int64)
    tie_starts[rows], tie_sizes[rows] = hits.tie_starts[judged], hits.tie_sizes[judged]
    return Hits(
        judgments=_with_more(hits, np.bincount(query, minlength=len(hits.returned)), grade),
        returned=hits.returned,
        starts=starts,
        ranks=ranks,
        grades=grades,
        tie_starts=tie_starts,
        tie_sizes=tie_sizes,
        tied_pairs=hits.tied_pairs,
        score_precision=hits.score_precision,
    )


def _with_more(hits: Hits, returned: Ints, grade: int) -> Judgments:
    """Judgments in which each query has as many more documents of ``grade`` as were returned unjudged.

    Measures look at grades only, so the documents are left without names.
    """
    qrels, judgments = hits.judgments.qrels, hits.judgments
    judged = np.bincount(hits.queries[hits.grades >= 0], minlength=len(returned))
    more = returned - judged
    query = np.concatenate((judgments.query_of, np.repeat(np.arange(len(more)), more)))
    order = np.argsort(query, kind="stable")
    grades = np.concatenate((qrels.grades, np.full(int(more.sum()), grade, dtype=np.int32)))[order]
    return Judgments.of(
        Qrels(
            queries=qrels.queries,
            starts=np.concatenate(([0], np.cumsum(np.diff(qrels.starts) + more))).astype(np.int64),
            documents=StringColumn(np.empty(0, dtype=np.uint8), np.zeros(len(grades) + 1, dtype=np.int64)),
            grades=grades,
        )
    )


def rbp_residual(hits: Hits, p: float = 0.8) -> Floats:
    """What RBP could gain at most from documents not judged and from documents not returned, float64[q].

    p^d + (1 - p) * sum over unjudged r of p^(r - 1) (Moffat and Zobel 2008, section 3.4), written as one
    minus the weight of the judged documents: the weights of all ranks add up to one.
    """
    judged = np.flatnonzero(hits.grades >= 0)
    weights = persistence_weights(p, hits.ranks[judged])
    return 1.0 - (1.0 - p) * hits.sum_in_rank_order(hits.queries[judged], weights)


def residual_of(hits: Hits, measure: Measure) -> Floats | None:
    """:func:`rbp_residual` with the measure's own p; None for other measures, a cutoff or condensed lists."""
    if measure.name != "RBP" or measure.depth is not None or measure["judged_only"]:
        return None
    return rbp_residual(hits, float(measure["p"]))
