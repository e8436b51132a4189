"""A run of a submission after validation and scoring: what duplicates and suspicion are looked for in."""

from __future__ import annotations

from dataclasses import dataclass

from harness.evaluation.hits import Hits
from harness.leaderboard.scoring import Ground
from harness.rankings import Run
from harness.records import Floats
from harness.runfiles.card import RunCard
from harness.store.entries import RunEntry


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examined:
    """One run, validated and scored.

    Attributes:
        card: with the run's hash filled in.
        raw: the run as it was read.
        run: the run as it is scored, by the data set's protocol.
        entry: its scores.
        hits: its judged documents.
        ground: the data set.
    """

    card: RunCard
    raw: Run
    run: Run
    entry: RunEntry
    hits: Hits
    ground: Ground

    @property
    def headline(self) -> str:
        """The measure that ranks systems on the data set."""
        return self.ground.data.spec.measures[0]

    def values(self, measure: str) -> Floats:
        """Per-query values of a measure, float64[q]."""
        evaluation = self.entry.evaluation
        values: Floats = evaluation.values[evaluation.measures.index(measure)]
        return values
