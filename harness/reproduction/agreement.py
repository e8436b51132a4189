"""How far two rankings of one query agree."""

from __future__ import annotations

from bisect import bisect, insort
from collections.abc import Sequence
from typing import Final

PERSISTENCE: Final = 0.9
"""p of rank-biased overlap: the first ten ranks carry 86 % of the weight (Webber et al. 2010)."""


def kendall_tau(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Kendall's tau over the documents that both rankings hold (Kendall 1938).

    tau = 1 - 4 d / (n (n - 1)) with n common documents and d pairs in opposite order. Rankings have no ties.
    None with fewer than two common documents, where it is not defined.
    """
    place = {document: rank for rank, document in enumerate(second)}
    ranks = [place[document] for document in first if document in place]
    n = len(ranks)
    if n < 2:
        return None
    seen: list[int] = []
    discordant = 0
    for rank in ranks:
        discordant += len(seen) - bisect(seen, rank)
        insort(seen, rank)
    return 1.0 - 4.0 * discordant / (n * (n - 1))


def rank_biased_overlap(first: Sequence[str], second: Sequence[str], p: float = PERSISTENCE) -> float:
    """Extrapolated rank-biased overlap, for lists of unequal length, too.

    Equation 32 of Webber, Moffat and Zobel, "A similarity measure for indefinite rankings", ACM TOIS 28(4),
    2010. With the shorter list of length s, the longer of length l, and X_d documents common to the first d
    ranks (of the shorter list all s once d > s)::

        (1 - p)/p · ( Σ_{d=1..l} X_d/d · p^d + Σ_{d=s+1..l} X_s (d - s)/(s d) · p^d )
            + ( (X_l - X_s)/l + X_s/s ) · p^l

    0 if exactly one of the two is empty, 1 if both are.
    """
    short, long = sorted((first, second), key=len)
    s, length = len(short), len(long)
    if not s:
        return float(not length)
    of_short: set[str] = set()
    of_long: set[str] = set()
    total, overlap, at_s, weight = 0.0, 0, 0, 1.0
    for depth in range(1, length + 1):
        weight *= p
        if depth <= s:
            of_short.add(short[depth - 1])
            overlap += short[depth - 1] in of_long
        of_long.add(long[depth - 1])
        overlap += long[depth - 1] in of_short
        total += overlap / depth * weight
        if depth <= s:
            at_s = overlap
        else:
            total += at_s * (depth - s) / (s * depth) * weight
    return (1.0 - p) / p * total + ((overlap - at_s) / length + at_s / s) * weight
