"""Expected values of measures when tied documents stand in random order: closed forms, block by block.

In a block of s documents that starts at rank b, m of them relevant, each place is as likely as any other
(McSherry and Najork 2008, "Computing information retrieval performance measures efficiently in the
presence of tied scores").
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.evaluation.discounts import log2_rank_plus_one
from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.evaluation.measures.ndcg import GAINS
from harness.evaluation.measures.rank_biased_precision import persistence_weights
from harness.records import Floats


class Blocks(NamedTuple):
    """Blocks of tied scores with at least one chosen document, in rank order; one document alone counts."""

    query: Ints
    start: Ints  # rank of the first document
    size: Ints
    chosen: Ints  # chosen documents in the block
    gain: Floats  # sum of their gains


def blocks(hits: Hits, chosen: npt.NDArray[np.bool_], gains: Floats) -> Blocks:
    """Gather hits into their blocks."""
    query, start = hits.queries[chosen], hits.tie_starts[chosen]
    opens = np.ones(len(query), dtype=np.bool_)
    opens[1:] = (query[1:] != query[:-1]) | (start[1:] != start[:-1])
    number = np.cumsum(opens) - 1
    first = np.flatnonzero(opens)
    return Blocks(
        query[first],
        start[first],
        hits.tie_sizes[chosen][first],
        np.bincount(number, minlength=len(first)),
        np.bincount(number, weights=gains[chosen], minlength=len(first)).astype(np.float64, copy=False),
    )


def expected_sum(hits: Hits, measure: Measure) -> Floats:
    """nDCG and RBP: each place of a block has the block's mean gain."""
    if measure.name == "nDCG":
        gain = GAINS[str(measure["dcg"])]
        chosen, gains = hits.grades > 0, gain(hits.grades)
        scale = hits.judgments.ideal_dcg(gain, measure.depth)
    else:
        chosen = hits.grades >= measure.integer("rel")
        gains, scale = np.ones(len(hits)), np.ones(len(hits.returned))
    block = blocks(hits, chosen, gains)
    last = block.start + block.size - 1
    end = last if measure.depth is None else np.minimum(last, measure.depth)
    ranks = np.arange(1, int(end.max(initial=0)) + 1)
    if measure.name == "nDCG":
        weights = 1.0 / log2_rank_plus_one(ranks)
    else:
        p = float(measure["p"])
        weights = (1.0 - p) * persistence_weights(p, ranks)
    upto = np.concatenate(([0.0], np.cumsum(weights)))
    inside = np.where(end >= block.start, upto[end] - upto[np.minimum(block.start - 1, end)], 0.0)
    total = hits.sum_in_rank_order(block.query, block.gain / block.size * inside)
    return np.divide(total, scale, out=np.zeros(len(scale)), where=scale > 0)


def _relevant_blocks(hits: Hits, measure: Measure) -> Blocks:
    rel = 0 if measure.name == "Judged" else measure.integer("rel")
    return blocks(hits, hits.grades >= rel, np.ones(len(hits)))


def expected_count(hits: Hits, measure: Measure) -> Floats:
    """P, R, R_cap, Rprec and Judged: of the m in a block cut after t places, m * t / s are expected above."""
    block = _relevant_blocks(hits, measure)
    total = hits.judgments.relevant(0 if measure.name == "Judged" else measure.integer("rel"))
    cutoff = total if measure.depth is None else np.full(len(total), measure.depth)
    inside = np.clip(cutoff[block.query] - block.start + 1, 0, block.size)
    count = hits.sum_in_rank_order(block.query, block.chosen * inside / block.size)
    scale = {
        "P": cutoff,
        "R": total,
        "R_cap": np.minimum(total, cutoff),
        "Rprec": total,
        "Judged": np.minimum(hits.returned, cutoff),
    }[measure.name]
    return np.divide(count, scale, out=np.zeros(len(scale)), where=scale > 0)


def expected_success(hits: Hits, measure: Measure) -> Floats:
    """One minus the chance that no relevant document falls above the cut."""
    block = _relevant_blocks(hits, measure)
    inside = np.clip((measure.depth or 1) - block.start + 1, 0, block.size)
    miss = np.ones(len(hits.returned))
    for query, size, chosen, places in zip(
        block.query.tolist(), block.size.tolist(), block.chosen.tolist(), inside.tolist(), strict=True
    ):
        if places:
            fewer, more = sorted((chosen, places))
            factors = (size - more - np.arange(fewer)) / (size - np.arange(fewer))
            miss[query] *= np.prod(np.maximum(factors, 0.0))
    return 1.0 - miss


def expected_reciprocal_rank(hits: Hits, measure: Measure) -> Floats:
    """Only the first block with a relevant document counts: the chance of each place to hold the first."""
    block = _relevant_blocks(hits, measure)
    values = np.zeros(len(hits.returned))
    opens = np.concatenate(([True], block.query[1:] != block.query[:-1]))[: len(block.query)]
    for query, start, size, chosen in zip(*(column[opens].tolist() for column in block[:4]), strict=True):
        places = np.arange(size - chosen + 1)
        ratios = (size - chosen - places[:-1]) / (size - 1 - places[:-1]) if size > 1 else np.empty(0)
        chances = chosen / size * np.concatenate(([1.0], np.cumprod(ratios)))
        ranks = start + places
        shown = ranks <= (measure.depth or ranks[-1])
        values[query] = float((chances[shown] / ranks[shown]).sum())
    return values


def expected_average_precision(hits: Hits, measure: Measure) -> Floats:
    """A place holds a relevant document with chance m / s, below it are (i - 1)(m - 1)/(s - 1) more."""
    block = _relevant_blocks(hits, measure)
    total = hits.judgments.relevant(measure.integer("rel"))
    above = np.cumsum(block.chosen) - block.chosen
    above -= above[np.searchsorted(block.query, block.query)]
    terms = np.zeros(len(block.query))
    rows = zip(*(column.tolist() for column in (block.start, block.size, block.chosen, above)), strict=True)
    for i, (start, size, chosen, before) in enumerate(rows):
        shown = size if measure.depth is None else min(size, measure.depth - start + 1)
        places = np.arange(max(shown, 0))
        more = (chosen - 1) / (size - 1) if size > 1 else 0.0
        terms[i] = chosen / size * float(((before + 1 + places * more) / (start + places)).sum())
    sums = hits.sum_in_rank_order(block.query, terms)
    return np.divide(sums, total, out=np.zeros(len(total)), where=total > 0)
