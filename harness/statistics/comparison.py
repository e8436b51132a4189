"""The result of comparing systems on one data set by one measure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from harness.columns import Ints
from harness.errors import UnknownNameError
from harness.records import Floats
from harness.statistics.groups import Booleans
from harness.statistics.matrix import pairs


class SystemRow(NamedTuple):
    """One system, as a table shows it; ``low`` and ``high`` are Student's interval of the mean."""

    name: str
    mean: float
    low: float
    high: float
    rank: int
    rank_low: int
    rank_high: int
    group: int
    letters: tuple[str, ...]


class PairRow(NamedTuple):
    """One pair, as a table shows it; ``difference`` and ``effect`` are first minus second."""

    first: str
    second: str
    difference: float
    low: float
    high: float
    p: float
    p_corrected: float
    effect: float
    wins: int
    ties: int
    losses: int
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How the pairs of a comparison were decided.

    Attributes:
        test, correction: names in ``TESTS`` and ``CORRECTIONS``.
        alpha: level of decisions and intervals.
        smallest_effect: pairs with a smaller absolute Hedges' g are not told apart.
        reason: why this test.
        detail: how its p-values came about.
        seed: seed of all draws.
        permutations: sign patterns of the test; 0 for a test that draws nothing.
        resamples: samples of the bootstrap.
        tie_tolerance: values of one query that are no further apart are a tie.
        notes: what a reader must know before believing a decision; often empty.
    """

    test: str
    correction: str
    alpha: float
    smallest_effect: float
    reason: str
    detail: str
    seed: int
    permutations: int
    resamples: int
    tie_tolerance: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """All pairs of s systems, tested, corrected and grouped. Arrays are read-only, in the order of ``names``.

    A matrix says of row i and column j: i minus j, i better than j, i wins over j.

    Attributes:
        names: s systems.
        queries: number of queries.
        means: float64[s].
        mean_intervals: float64[s, 2], Student's intervals at level 1 − alpha.
        bootstrap_intervals: float64[s, 2], percentile bootstrap intervals of the means.
        ranks: int64[s] by mean, highest first; equal means share the better rank.
        rank_intervals: int64[s, 2], percentile bootstrap.
        rank_bounds: int64[s, 2], the ranks that the corrected decisions leave open.
        groups: int64[s], 1 + the number of systems that are significantly better.
        letters: systems that share a letter cannot be told apart, and only those.
        differences: float64[s, s], mean differences.
        difference_intervals: float64[s, s, 2], Student's, each for itself.
        p, p_corrected: float64[s, s], 1 on the diagonal.
        effects: float64[s, s], Hedges' g.
        wins, ties: int64[s, s]; losses are ``wins`` transposed.
        differs: bool[s, s], corrected p ≤ alpha, effect ≥ smallest_effect, and test and means point one way.
        method: the test, the correction, the seed and the rest of how it was done.
    """

    names: tuple[str, ...]
    queries: int
    means: Floats
    mean_intervals: Floats
    bootstrap_intervals: Floats
    ranks: Ints
    rank_intervals: Ints
    rank_bounds: Ints
    groups: Ints
    letters: tuple[tuple[str, ...], ...]
    differences: Floats
    difference_intervals: Floats
    p: Floats
    p_corrected: Floats
    effects: Floats
    wins: Ints
    ties: Ints
    differs: Booleans
    method: Method

    def order(self) -> list[int]:
        """Positions of the systems by rank, equal ranks by name."""
        return sorted(range(len(self.names)), key=lambda i: (int(self.ranks[i]), self.names[i]))

    def systems(self) -> Iterator[SystemRow]:
        """Yield the systems from the best mean down."""
        for i in self.order():
            low, high = self.mean_intervals[i].tolist()
            rank_low, rank_high = self.rank_intervals[i].tolist()
            yield SystemRow(
                name=self.names[i],
                mean=float(self.means[i]),
                low=low,
                high=high,
                rank=int(self.ranks[i]),
                rank_low=rank_low,
                rank_high=rank_high,
                group=int(self.groups[i]),
                letters=self.letters[i],
            )

    def pairs(self) -> Iterator[PairRow]:
        """Yield every pair once, the better mean first, from the top of the ranking."""
        order = self.order()
        for a, b in zip(*pairs(len(order)), strict=True):
            yield self.pair(self.names[order[a]], self.names[order[b]])

    def pair(self, first: str, second: str) -> PairRow:
        """One pair by the names of its systems.

        Raises:
            UnknownNameError: a name that is not in the comparison.
        """
        i, j = self._position(first), self._position(second)
        low, high = self.difference_intervals[i, j].tolist()
        return PairRow(
            first=first,
            second=second,
            difference=float(self.differences[i, j]),
            low=low,
            high=high,
            p=float(self.p[i, j]),
            p_corrected=float(self.p_corrected[i, j]),
            effect=float(self.effects[i, j]),
            wins=int(self.wins[i, j]),
            ties=int(self.ties[i, j]),
            losses=int(self.wins[j, i]),
            differs=bool(self.differs[i, j]),
        )

    def tied_with(self, name: str) -> tuple[str, ...]:
        """The other systems that cannot be told apart from this one, best first.

        Raises:
            UnknownNameError: a name that is not in the comparison.
        """
        i = self._position(name)
        return tuple(self.names[j] for j in self.order() if j != i and not self.differs[i, j])

    def _position(self, name: str) -> int:
        if name not in self.names:
            raise UnknownNameError("compared system", name, self.names)
        return self.names.index(name)
