"""Patterns that honest runs rarely have: each takes an examined run and returns a sentence, or None.

The bounds are this project's own: far from what the strongest published systems reach on the collections of
the catalogue, so that a flag is a reason to look and never a verdict.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.records import Floats
from harness.submissions.examined import Examined

MIN_QUERIES = 10  # on fewer, a good system can be perfect by chance
PERFECT_SHARE = 0.99
ORACLE_SHARE = 0.95
GRADE_SHARE = 0.95
MIN_JUDGED_ROWS = 20
JUDGED_SHARE = 0.99
MIN_DEPTH = 5
TIE_GAIN = 0.02


def perfect(run: Examined) -> str | None:
    """Queries with relevant documents that have all of them first, best grades first."""
    ideal = _ideal_queries(run)
    if len(ideal) < MIN_QUERIES or ideal.mean() < PERFECT_SHARE:
        return None
    return f"{int(ideal.sum())} of {len(ideal)} queries have the best possible ranking."


def oracle_top(run: Examined) -> str | None:
    """The share of a query's R relevant documents among the first R, averaged over queries (R-precision)."""
    shares = _r_precision(run)
    if len(shares) < MIN_QUERIES or shares.mean() < ORACLE_SHARE or perfect(run):
        return None
    return f"{shares.mean():.1%} of the documents judged relevant stand at the very top."


def scores_are_grades(run: Examined) -> str | None:
    """Scores of judged documents equal to their grades, where scores differ at all."""
    hits, scores = run.hits, _scores_of_hits(run)
    if len(scores) < MIN_JUDGED_ROWS or len(np.unique(run.run.scores)) < 2:
        return None
    share = float((scores == hits.grades).mean())
    return f"{share:.0%} of the judged documents have their grade as score." if share >= GRADE_SHARE else None


def only_judged(run: Examined) -> str | None:
    """Judged documents among those retrieved, unless most of the collection is judged for every query."""
    hits = run.hits
    returned, judged = int(hits.returned.sum()), int((hits.grades >= 0).sum())
    asked = int((hits.returned > 0).sum())
    if asked < MIN_QUERIES or returned < MIN_DEPTH * asked or judged < JUDGED_SHARE * returned:
        return None
    documents = sum(1 for _ in run.ground.data.documents())
    if len(run.ground.judgments.qrels) > documents * len(run.ground.judgments) / 2:
        return None
    return f"{judged} of {returned} documents retrieved are judged ones."


def ties_favour_ids(run: Examined) -> str | None:
    """Official value above the mean over all orders of tied documents: ids do the work."""
    name = run.headline
    if name not in run.entry.tie_ranges:
        return None
    mean, expected = float(run.values(name).mean()), run.entry.tie_ranges[name][1]
    if mean - expected <= TIE_GAIN:
        return None
    return f"{name} is {mean:.4f} in the order of ids and {expected:.4f} on average over all orders of ties."


def _relevant_counts(run: Examined) -> npt.NDArray[np.int64]:
    return run.ground.judgments.relevant(run.ground.data.spec.quirks.relevance_level)


def _r_precision(run: Examined) -> Floats:
    """float64, one for each query with a relevant document."""
    counts = _relevant_counts(run)
    found = run.hits.relevant(run.ground.data.spec.quirks.relevance_level)
    at_top = found.rank <= counts[found.query]
    top = np.bincount(found.query[at_top], minlength=len(counts))
    having = counts > 0
    return np.asarray(top[having] / counts[having], dtype=np.float64)


def _ideal_queries(run: Examined) -> npt.NDArray[np.bool_]:
    """bool, one for each query with a relevant document: all of them first, grades descending."""
    query, rank, grade = run.ground.judgments.ideal()
    hits = run.hits
    positive = hits.grades > 0
    got = {
        (int(q), int(r)): int(g)
        for q, r, g in zip(hits.queries[positive], hits.ranks[positive], hits.grades[positive], strict=True)
    }
    same = np.array(
        [got.get((q, r)) == g for q, r, g in zip(query.tolist(), rank.tolist(), grade.tolist(), strict=True)],
        dtype=np.bool_,
    )
    counts = np.bincount(query, minlength=len(run.ground.judgments))
    right = np.bincount(query[same], minlength=len(counts))
    return np.asarray(right[counts > 0] == counts[counts > 0])


def _scores_of_hits(run: Examined) -> Floats:
    """The score of every judged document that was retrieved, float64[h]."""
    place = {name: number for number, name in enumerate(run.run.queries.tolist())}
    row_of = np.array([place.get(name, -1) for name in run.ground.judgments.queries], dtype=np.int64)
    starts = run.run.starts[row_of[run.hits.queries]]
    return np.asarray(run.run.scores[starts + run.hits.ranks - 1], dtype=np.float64)
