"""Which values are tried, and in what order; nothing is drawn at random."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, permutations
from math import comb
from typing import Any, Final

from harness.errors import CommandError

GRID: Final = 300
"""Points of a simplex that are all tried; where there are more, weights are moved step by step."""
ROUNDS: Final = 100

Parameters = dict[str, Any]
Score = Callable[[Parameters], float]


def parts_of(step: float) -> int:
    """How many steps make 1.

    Raises:
        CommandError: they make no whole number of parts.
    """
    parts = round(1 / step) if 0 < step <= 0.5 else 0
    if not parts or abs(parts * step - 1) > 1e-9:
        raise CommandError(f"The step must divide 1, for example 0.1 or 0.05; found {step:g}.")
    return parts


def simplex(runs: int, parts: int) -> Iterator[tuple[float, ...]]:
    """All weights that are multiples of 1 / parts and sum to 1, the evenest first."""
    every = (
        tuple(b - a - 1 for a, b in zip((-1, *bars), (*bars, parts + runs - 1), strict=True))
        for bars in combinations(range(parts + runs - 1), runs - 1)
    )
    for counts in sorted(every, key=lambda each: (sum(n * n for n in each), each)):
        yield tuple(n / parts for n in counts)


def best_weights(
    runs: int, step: float, score: Score, shape: Callable[[Sequence[float]], Parameters]
) -> None:
    """Score weights of the runs: all of the grid, or from even ones uphill.

    Uphill, each round moves one step of weight from one run to another wherever that gains most.

    Args:
        runs: how many weights.
        step: between the weights that are tried.
        score: called with the parameters; keeps what it is told.
        shape: the parameters that have the weights.
    """
    parts = parts_of(step)
    if comb(parts + runs - 1, runs - 1) <= GRID:
        for weights in simplex(runs, parts):
            score(shape(weights))
        return
    counts = [parts // runs + (i < parts % runs) for i in range(runs)]
    best = score(shape([n / parts for n in counts]))
    for _ in range(ROUNDS):
        moved = [
            [n + (i == to) - (i == away) for i, n in enumerate(counts)]
            for away, to in permutations(range(runs), 2)
            if counts[away]
        ]
        means = [score(shape([n / parts for n in each])) for each in moved]
        if max(means) <= best:
            return
        best, counts = max(means), moved[means.index(max(means))]


def steps(first: float, last: float, step: float) -> list[float]:
    """From ``first`` to ``last``, both of them, rounded to hide the sums' last digits."""
    return [round(first + i * step, 6) for i in range(round((last - first) / step) + 1)]
