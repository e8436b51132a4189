"""The result of comparing run files: the statistics, and the queries behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from harness.columns import Ints
from harness.errors import CommandError, UnknownNameError
from harness.records import Floats
from harness.runfiles.card import RunCard
from harness.statistics.comparison import Comparison, PairRow


class QueryGain(NamedTuple):
    """One query on which a system gains or loses; ``difference`` is its value minus the reference's."""

    query: str
    text: str
    value: float
    reference: float
    difference: float


class Gains(NamedTuple):
    """The queries on which a system gains and loses most against a reference, the largest first."""

    system: str
    reference: str
    gains: tuple[QueryGain, ...]
    losses: tuple[QueryGain, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunComparison:
    """Runs compared by one measure on the judged queries of one data set.

    Attributes:
        comparison: means, intervals, tests and groups.
        measure: the measure's canonical name.
        judged_by: the data set's name, or the judgments' file as it was given.
        baseline: the system that all others are set against, or None for all pairs.
        paths: s run files as they were given, in the order of ``comparison.names``.
        queries: q judged queries, ascending in bytes.
        texts: query id to text; empty where only judgments were given.
        values: float64[s, q], read-only; the measure's floor where a system did not answer.
        answered: int64[s], judged queries for which a run returned anything.
        engine: what computed the values, name and version.
        flags: settings that change values.
        notes: what a reader must know before believing a decision; often empty.
        margin: the smallest difference that counts, for tests of equivalence; None for no such tests.
        cards: those of the runs, None for one without, in the order of ``comparison.names``; or none at all.
    """

    comparison: Comparison
    measure: str
    judged_by: str
    baseline: str | None
    paths: tuple[Path, ...]
    queries: tuple[str, ...]
    texts: Mapping[str, str]
    values: Floats
    answered: Ints
    engine: str
    flags: Mapping[str, str]
    notes: tuple[str, ...]
    margin: float | None = None
    cards: tuple[RunCard | None, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The systems in the order given."""
        return self.comparison.names

    @property
    def reference(self) -> str:
        """What gains and losses are counted from: the baseline, else the first system given."""
        return self.baseline or self.names[0]

    def pairs(self) -> Iterator[PairRow]:
        """All pairs, the better mean first; with a baseline each other system minus it, best first."""
        if self.baseline is None:
            yield from self.comparison.pairs()
            return
        for name in self.others():
            yield self.comparison.pair(name, self.baseline)

    def others(self) -> list[str]:
        """Every system but the reference, best mean first."""
        return [row.name for row in self.comparison.systems() if row.name != self.reference]

    def values_of(self, name: str) -> Floats:
        """The values of one system, float64[q].

        Raises:
            UnknownNameError: a name that is not in the comparison.
        """
        if name not in self.names:
            raise UnknownNameError("compared system", name, self.names)
        row: Floats = self.values[self.names.index(name)]
        return row

    def gains(self, system: str, reference: str | None = None, *, count: int = 5) -> Gains:
        """The queries on which a system gains and loses most.

        Args:
            system: whose gains and losses.
            reference: against whom; by default :attr:`reference`.
            count: so many of each at most. Ties, as ``Method.tie_tolerance`` has them, are neither; queries
                of equal difference come in the order of their ids.

        Raises:
            UnknownNameError: a name that is not in the comparison.
            CommandError: a negative count.
        """
        if count < 0:
            raise CommandError(f"The number of queries must be 0 or more; found {count}.")
        other = self.reference if reference is None else reference
        mine, theirs = self.values_of(system), self.values_of(other)
        gap, tolerance = mine - theirs, self.comparison.method.tie_tolerance
        order = np.argsort(-gap, kind="stable")
        up = [self._gain(i, mine, theirs) for i in order[gap[order] > tolerance][:count].tolist()]
        order = np.argsort(gap, kind="stable")
        down = [self._gain(i, mine, theirs) for i in order[gap[order] < -tolerance][:count].tolist()]
        return Gains(system=system, reference=other, gains=tuple(up), losses=tuple(down))

    def _gain(self, i: int, mine: Floats, theirs: Floats) -> QueryGain:
        query = self.queries[i]
        value, reference = float(mine[i]), float(theirs[i])
        return QueryGain(query, self.texts.get(query, ""), value, reference, value - reference)
