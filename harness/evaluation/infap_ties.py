"""infAP over all orders of tied documents: least, mean and greatest value.

Each relevant document adds what depends on how many relevant, non-relevant and unjudged pool documents stand
above it, and on its rank. A block can therefore be ordered on its own, by counts alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harness.evaluation.hits import Hits
from harness.evaluation.measure import Measure
from harness.evaluation.measures.inferred_ap import EPSILON
from harness.records import Floats


class Block(NamedTuple):
    """Tied documents: how many stand above the block, and how many of each kind are in it.

    ``above`` counts all documents above, ``relevant_above``, ``other_above`` and ``pool_above`` those of
    grade ``rel`` and more, those of lower grades, and those of the pool that nobody judged.
    """

    above: int
    relevant_above: int
    other_above: int
    pool_above: int
    relevant: int
    other: int
    pool: int
    unseen: int


def lowest_infap(hits: Hits, measure: Measure) -> Floats:
    """The least favourable order of every block, float64[q]; documents outside the pool stand first."""
    return _total(hits, measure, partial(_best, sign=-1.0))


def highest_infap(hits: Hits, measure: Measure) -> Floats:
    """The most favourable order of every block, float64[q]; documents outside the pool stand last."""
    return _total(hits, measure, partial(_best, sign=1.0))


def expected_infap(hits: Hits, measure: Measure) -> Floats:
    """Mean over all orders, float64[q]: at place k of a block, m of the k documents above are judged.

    m is hypergeometric, and given m so are the relevant ones among them and, among the others, those of the
    pool. The two are independent of each other and the term is linear in both, so that means are enough.
    """
    return _total(hits, measure, _mean)


def _total(hits: Hits, measure: Measure, value: Callable[[Block], float]) -> Floats:
    rel = measure.integer("rel")
    total = hits.judgments.relevant(rel)
    kinds = np.where(hits.grades >= rel, 0, np.where(hits.grades >= 0, 1, 2))
    opens = np.ones(len(hits), dtype=np.bool_)
    opens[1:] = (hits.queries[1:] != hits.queries[:-1]) | (hits.tie_starts[1:] != hits.tie_starts[:-1])
    first = np.flatnonzero(opens)
    ends = np.append(first, len(hits))[1:]
    sums, counts, last = np.zeros(len(total)), np.zeros(3, dtype=np.int64), -1
    for a, b in zip(first.tolist(), ends.tolist(), strict=True):
        query = int(hits.queries[a])
        if query != last:
            counts, last = np.zeros(3, dtype=np.int64), query
        inside = np.bincount(kinds[a:b], minlength=3)
        if inside[0]:
            unseen = int(hits.tie_sizes[a]) - (b - a)
            above, tied = counts.tolist(), inside.tolist()
            sums[query] += value(
                Block(
                    int(hits.tie_starts[a]) - 1,
                    above[0],
                    above[1],
                    above[2],
                    tied[0],
                    tied[1],
                    tied[2],
                    unseen,
                )
            )
        counts = counts + inside
    return np.divide(sums, total, out=np.zeros(len(total)), where=total > 0)


def _gain(relevant: Floats, judged: Floats, pool: Floats, above: Floats) -> Floats:
    """What a relevant document adds below so many documents of each kind, ``pool`` being all of the pool.

    The terms, and the order of operations, are those of the measure itself.
    """
    j = np.where(above == 0, 1.0, above)
    estimate = 1.0 / (j + 1.0) + (j / (j + 1.0)) * (pool / j) * (
        (relevant + EPSILON) / (judged + 2 * EPSILON)
    )
    return np.where(above == 0, 1.0, estimate)


def _best(block: Block, *, sign: float) -> float:
    """Greatest (sign 1) or least (sign -1) sum of the block, over the orders of its pool documents.

    ``table[o, p]`` is the best after o other and p unjudged documents, for one relevant document after
    another. A document outside the pool only lowers what follows it.
    """
    other = np.arange(block.other + 1, dtype=np.float64)[:, None]
    pool = np.arange(block.pool + 1, dtype=np.float64)[None, :]
    before = block.above + (block.unseen if sign < 0 else 0)
    table = np.zeros((block.other + 1, block.pool + 1))
    for placed in range(block.relevant):
        relevant = block.relevant_above + placed
        judged = relevant + block.other_above + other
        gain = _gain(
            np.full_like(table, relevant),
            judged + np.zeros_like(table),
            judged + block.pool_above + pool,
            before + placed + other + pool,
        )
        table = table + sign * gain
        table = np.maximum.accumulate(np.maximum.accumulate(table, axis=0), axis=1)
    return sign * float(table[-1, -1])


def _mean(block: Block) -> float:
    size = block.relevant + block.other + block.pool + block.unseen
    judged = block.relevant - 1 + block.other  # besides the document itself
    rest = size - 1 - judged
    logs = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, max(size, 1) + 1)))))
    k = np.arange(size)[:, None]
    m = np.arange(judged + 1)[None, :]
    possible = (m <= k) & (k - m <= rest)
    out = np.where(possible, k - m, 0)
    chance = np.exp(
        _choose(logs, judged, np.broadcast_to(m, out.shape)) + _choose(logs, rest, out)
        - _choose(logs, size - 1, np.broadcast_to(k, out.shape))
    )  # fmt: skip
    relevant = block.relevant_above + m * ((block.relevant - 1) / judged if judged else 0.0)
    pool = block.pool_above + out * (block.pool / rest if rest else 0.0)
    seen = m + block.relevant_above + block.other_above
    gain = _gain(relevant + 0.0 * out, seen + 0.0 * out, pool + seen, block.above + k + 0.0 * out)
    return block.relevant * math.fsum((np.where(possible, chance * gain, 0.0).sum(axis=1) / size).tolist())


def _choose(logs: Floats, n: int, k: npt.NDArray[np.int64]) -> Floats:
    """Logarithms of binomial coefficients."""
    inside = np.clip(k, 0, n)
    found: Floats = logs[n] - logs[inside] - logs[n - inside]
    return found
