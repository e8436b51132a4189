"""What tied scores leave open: the lowest, expected and highest value over all orders of tied documents.

The official value follows trec_eval's order (document id descending); a system that ties many documents is
scored by their names there. Expected values are the closed forms of McSherry and Najork 2008 (ECIR).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.evaluation.condensed import condense
from harness.evaluation.expected import (
    expected_average_precision,
    expected_count,
    expected_reciprocal_rank,
    expected_success,
    expected_sum,
)
from harness.evaluation.expected_bpref import expected_bpref
from harness.evaluation.expected_err import expected_err
from harness.evaluation.hits import Hits
from harness.evaluation.infap_ties import expected_infap, highest_infap, lowest_infap
from harness.evaluation.judgments import Judgments
from harness.evaluation.matching import check_precision, tie_blocks
from harness.evaluation.measure import Measure, parse_measures
from harness.evaluation.sources import hits_of
from harness.rankings import Run
from harness.records import Floats, Qrels


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TieRange:
    """Values of a measure over all orders of tied documents, float64[q] each.

    Attributes:
        measure: its name.
        queries: q query ids, every judged query.
        lowest, highest: the least and the most favourable order.
        expected: the mean over all orders, each equally likely; None for the measures of ``NO_MEAN``.
    """

    measure: str
    queries: tuple[str, ...]
    lowest: Floats
    expected: Floats | None
    highest: Floats


def tie_ranges(
    run: Run | str | Path,
    qrels: Qrels | Judgments,
    measures: Sequence[str | Measure],
    *,
    score_precision: str = "double",
) -> tuple[TieRange, ...]:
    """The range of each measure over all orders of tied documents.

    Raises:
        RunFileError: the file is malformed.
        DatasetError: the judgments are empty.
    """
    chosen = parse_measures(measures)
    check_precision(score_precision)
    hits = hits_of(run, Judgments.of(qrels), score_precision)
    return tuple(tie_range(hits, measure) for measure in chosen)


def tie_range(hits: Hits, measure: Measure) -> TieRange:
    """The range of one measure."""
    if dict(measure.parameters).get("judged_only"):
        hits = hits.cached("condensed", lambda: condense(hits))
    lowest, highest = EXTREMES.get(measure.name, (_worst, _best))
    return TieRange(
        measure=str(measure),
        queries=hits.judgments.queries,
        lowest=lowest(hits, measure),
        expected=None if measure.name in NO_MEAN else EXPECTED[measure.name](hits, measure),
        highest=highest(hits, measure),
    )


def _worst(hits: Hits, measure: Measure) -> Floats:
    return measure.definition.compute(hits.cached("worst", lambda: rearranged(hits, best=False)), measure)


def _best(hits: Hits, measure: Measure) -> Floats:
    return measure.definition.compute(hits.cached("best", lambda: rearranged(hits, best=True)), measure)


def rearranged(hits: Hits, *, best: bool) -> Hits:
    """Inside every block of tied scores, put high grades first, or last.

    Moving a document of higher grade up never lowers a measure that is not among ``EXTREMES``, so these two
    orders give the highest and the lowest value.
    """
    order = np.lexsort((-hits.grades.astype(np.int64), hits.tie_starts, hits.queries))
    block = _block_of(hits)
    first = np.flatnonzero(np.concatenate(([True], block[1:] != block[:-1]))) if len(block) else block
    place = np.arange(len(order), dtype=np.int64) - (first[block] if len(block) else 0)
    ranks = hits.tie_starts + (place if best else hits.tie_sizes - 1 - place)
    if best:
        return _with_ranks(hits, ranks, hits.grades[order], np.arange(len(order)))
    ascending = np.lexsort((ranks, hits.queries))
    return _with_ranks(hits, ranks[ascending], hits.grades[order][ascending], ascending)


def _block_of(hits: Hits) -> Ints:
    """For each hit the number of its block of tied scores, from 0."""
    opens = (hits.queries[1:] != hits.queries[:-1]) | (hits.tie_starts[1:] != hits.tie_starts[:-1])
    return np.cumsum(np.concatenate(([0], opens)))[: len(hits)].astype(np.int64)


def _with_ranks(hits: Hits, ranks: Ints, grades: npt.NDArray[np.int32], rows: npt.NDArray[np.intp]) -> Hits:
    return Hits(
        judgments=hits.judgments,
        returned=hits.returned,
        starts=hits.starts,
        ranks=ranks,
        grades=grades,
        tie_starts=hits.tie_starts[rows],
        tie_sizes=hits.tie_sizes[rows],
        tied_pairs=hits.tied_pairs,
        score_precision=hits.score_precision,
    )


def tied_pair_share(run: Run) -> float:
    """Pairs of documents of a query with equal scores, over all pairs; 0 where there is no pair."""
    depths = np.diff(run.starts)
    pairs = int((depths * (depths - 1) // 2).sum())
    return int(tie_blocks(run).tied_pairs.sum()) / pairs if pairs else 0.0


def _official(hits: Hits, measure: Measure) -> Floats:
    """For measures of the set of returned documents, which no order changes."""
    return measure.definition.compute(hits, measure)


EXPECTED: Mapping[str, Callable[[Hits, Measure], Floats]] = {
    "nDCG": expected_sum,
    "RBP": expected_sum,
    "AP": expected_average_precision,
    "RR": expected_reciprocal_rank,
    "P": expected_count,
    "R": expected_count,
    "R_cap": expected_count,
    "Rprec": expected_count,
    "Judged": expected_count,
    "Success": expected_success,
    "ERR": expected_err,
    "Bpref": expected_bpref,
    "infAP": expected_infap,
    "SetP": _official,
    "SetR": _official,
    "SetF": _official,
    "NumRet": _official,
    "NumRel": _official,
    "NumRelRet": _official,
}
"""How the mean over all orders is computed."""

EXTREMES: Mapping[str, tuple[Callable[[Hits, Measure], Floats], Callable[[Hits, Measure], Floats]]] = {
    "infAP": (lowest_infap, highest_infap),
}
"""Lowest and highest value where grades alone do not order a block.

infAP rises when a pooled document that nobody judged moves above a relevant one.
"""

NO_MEAN = ("IPrec",)
"""Measures with a lowest and a highest value, but no closed form of the mean, which is one of a maximum."""
