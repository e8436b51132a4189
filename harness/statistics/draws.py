"""Seeded draws, the same on every machine: sign flips and resamples of queries, in blocks.

Only the raw 64-bit words of PCG64 are used: numpy promises that they never change for a seed, which it does
not promise for the methods of its Generator. Values are put on a grid of integers so small that every sum is
exact; then the order of a sum, the BLAS and the number of threads cannot change a result.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from harness.columns import Ints
from harness.records import Floats
from harness.statistics.pairtest import Plan

SIGNS, RESAMPLES = 1, 2
"""Streams of one seed that are independent of each other."""

BLOCK = 1 << 19
"""Elements of a block: 4 MB of doubles, which stays in the cache and keeps memory flat."""


def _words(seed: int, stream: int) -> np.random.PCG64:
    return np.random.PCG64(np.random.SeedSequence([seed, stream]))


def sign_patterns(queries: int, plan: Plan) -> int:
    """How many patterns :func:`flips` yields: the plan's number, or all others where there are no more."""
    return min(plan.draws, (1 << (queries - 1)) - 1)


def is_exhaustive(queries: int, plan: Plan) -> bool:
    """Whether :func:`flips` yields every pattern but the observed, each once."""
    return (1 << (queries - 1)) - 1 <= plan.draws


def flips(queries: int, plan: Plan) -> Iterator[Floats]:
    """Blocks [n, b] of 0 and 1, where 1 flips the query's sign; b patterns each.

    Where all 2^(n − 1) − 1 patterns fit into the plan they come once each; one query keeps its sign, as a
    pattern and its mirror image give the same absolute sums.
    """
    total = sign_patterns(queries, plan)
    width = math.ceil(queries / 64)
    words = _words(plan.seed, SIGNS)
    for start, size in _blocks(total, queries):
        if is_exhaustive(queries, plan):
            raw = np.arange(start + 1, start + size + 1, dtype=np.uint64)
        else:
            raw = words.random_raw(size * width)
        octets = raw.astype("<u8").view(np.uint8).reshape(size, -1)
        yield np.unpackbits(octets, axis=1, count=queries, bitorder="little").astype(np.float64).T


def resamples(queries: int, plan: Plan) -> Iterator[Floats]:
    """Blocks [n, b] that say how often each query was drawn in a sample of n with replacement.

    A draw is the high half of (32 random bits × n); its bias is below n / 2³².
    """
    words = _words(plan.seed, RESAMPLES)
    for _, size in _blocks(plan.draws, queries):
        raw = words.random_raw((size * queries + 1) // 2).astype("<u8").view("<u4")[: size * queries]
        drawn = (raw.astype(np.uint64) * np.uint64(queries)) >> np.uint64(32)
        cells = drawn.astype(np.int64).reshape(size, queries) + queries * np.arange(size)[:, None]
        counts = np.bincount(cells.ravel(), minlength=size * queries)
        yield counts.reshape(size, queries).astype(np.float64).T


def _blocks(total: int, queries: int) -> Iterator[tuple[int, int]]:
    # an even size, so that a block of 32-bit halves ends where a word ends
    size = max(2, BLOCK // queries // 2 * 2)
    return ((start, min(size, total - start)) for start in range(0, total, size))


def on_grid(values: npt.NDArray[np.float64], reach: float) -> tuple[Floats, float]:
    """Integers in float64 and the step between them, so that sums up to ``reach`` are exact.

    The step is the power of two near reach / 2⁵¹, for example 4e-13 for a thousand values up to 1.
    """
    if reach == 0:
        return np.zeros_like(values), 1.0
    exponent = 51 - math.frexp(reach)[1]
    return np.rint(np.ldexp(values, exponent)), math.ldexp(1.0, -exponent)


def ranks_of(sums: Floats, tolerance: float) -> Ints:
    """Ranks from 1 along the last axis, highest first; sums within ``tolerance`` share the best rank."""
    order = np.argsort(-sums, axis=-1, kind="stable")
    ordered = np.take_along_axis(sums, order, axis=-1)
    place = np.broadcast_to(np.arange(1, sums.shape[-1] + 1), sums.shape)
    lower = np.ones(sums.shape, dtype=bool)
    lower[..., 1:] = ordered[..., :-1] - ordered[..., 1:] > tolerance
    ranks = np.empty(sums.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, np.maximum.accumulate(np.where(lower, place, 0), axis=-1), axis=-1)
    return ranks
