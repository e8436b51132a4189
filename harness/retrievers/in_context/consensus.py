"""One order of several: the Kemeny order, or reciprocal ranks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

EXACT: Final = 10
"""Up to so many documents the Kemeny order is found exactly (2^n n steps), above by local search."""


def reciprocal_ranks(orders: Sequence[Sequence[int]], k: float = 60.0) -> list[int]:
    """Documents by the sum of 1 / (k + rank); equal ones by their number (Cormack et al., SIGIR 2009)."""
    scores: dict[int, float] = {}
    for order in orders:
        for rank, number in enumerate(order, start=1):
            scores[number] = scores.get(number, 0.0) + 1.0 / (k + rank)
    return sorted(scores, key=lambda number: (-scores[number], number))


def kemeny(orders: Sequence[Sequence[int]]) -> list[int]:
    """The order with the least sum of Kendall distances to the given ones, over the same documents.

    Above :data:`EXACT` documents it is what moving single documents reaches from Borda's order, which is the
    best among its neighbours but not always of all.
    """
    documents = sorted(orders[0])
    above = {(a, b): 0 for a in documents for b in documents}
    for order in orders:
        for a, b in combinations(order, 2):
            above[a, b] += 1
    if len(documents) <= EXACT:
        return _exact(documents, above)
    places = {d: sum(list(order).index(d) for order in orders) for d in documents}
    return _improved(sorted(documents, key=lambda d: (places[d], d)), above)


def _exact(documents: Sequence[int], above: dict[tuple[int, int], int]) -> list[int]:
    """Held and Karp's dynamic programme over sets: the best order of a set ends with one of its members."""
    best: dict[int, tuple[int, list[int]]] = {0: (0, [])}
    for chosen in range(1, 1 << len(documents)):
        members = [i for i in range(len(documents)) if chosen >> i & 1]
        tried = []
        for last in members:
            cost, order = best[chosen ^ 1 << last]
            wrong = sum(above[documents[last], documents[i]] for i in members if i != last)
            tried.append((cost + wrong, [*order, documents[last]]))
        best[chosen] = min(tried)
    return best[(1 << len(documents)) - 1][1]


def _improved(order: list[int], above: dict[tuple[int, int], int]) -> list[int]:
    """Move single documents to better places until there are none."""
    while True:
        for start, moved in enumerate(order):
            rest = order[:start] + order[start + 1 :]
            costs = [sum(above[d, moved] for d in rest)]  # at the front it contradicts all who put d above it
            for d in rest:
                costs.append(costs[-1] - above[d, moved] + above[moved, d])
            place = min(range(len(costs)), key=costs.__getitem__)
            if costs[place] < costs[start]:
                order = [*rest[:place], moved, *rest[place:]]
                break
        else:
            return order
