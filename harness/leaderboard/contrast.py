"""One system against another over all data sets that both have: the lines of a forest plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harness.leaderboard.overview import Vectors
from harness.leaderboard.row import Row
from harness.statistics.synthesis import DatasetEffect, EffectSummary, dataset_effect, random_effects


class Contrast(NamedTuple):
    """First minus second by one measure.

    ``summary`` is None where no data set allows one; ``skipped`` names data sets on which the difference does
    not vary, and so has no weight.
    """

    summary: EffectSummary | None
    skipped: tuple[str, ...]


def contrast(rows: Sequence[Row], first: str, second: str, measure: str, vectors: Vectors) -> Contrast:
    """Summarise the differences on every data set with queries that both systems have.

    Macro averages are left out, since their parts are there, and so is a data set of a single query.
    """
    having: dict[str, set[str]] = {}
    for row in rows:
        if not row.parts and measure in row.measures and row.system in (first, second):
            having.setdefault(row.dataset, set()).add(row.system)
    effects: list[DatasetEffect] = []
    skipped: list[str] = []
    for dataset in sorted(name for name, found in having.items() if found == {first, second}):
        values = vectors(dataset, (first, second))
        effect = dataset_effect(dataset, values[0], values[1]) if values.shape[1] > 1 else None
        if effect is not None and effect.variance > 0:
            effects.append(effect)
        else:
            skipped.append(dataset)
    return Contrast(random_effects(effects) if effects else None, tuple(skipped))
