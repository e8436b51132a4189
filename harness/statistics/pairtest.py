"""What every paired test takes and gives, and the table of the tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from harness.errors import CommandError
from harness.records import Floats
from harness.registry import Registry

SEED = 20191113
"""The seed of every draw unless another is given; it is stored with each result."""

TESTS = Registry(
    "paired test",
    {
        "t": "harness.statistics.ttest:paired_t",
        "wilcoxon": "harness.statistics.wilcoxon:wilcoxon",
        "randomisation": "harness.statistics.randomisation:randomisation",
    },
)
"""Name to function ``(values, plan) -> PairTest``."""


class Plan(NamedTuple):
    """How to draw where a method draws; the others ignore it."""

    draws: int = 10_000
    seed: int = SEED

    def checked(self) -> Plan:
        """Return the plan itself, or raise CommandError when it cannot be followed."""
        if self.draws < 1 or self.seed < 0:
            raise CommandError(
                f"Drawing needs at least 1 draw and a seed of 0 or more; found {self.draws} and {self.seed}."
            )
        return self


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairTest:
    """Two-sided p-values of the m pairs, in the order of :func:`harness.statistics.matrix.pairs`.

    Attributes:
        name: the test's name in ``TESTS``.
        statistic: float64[m], positive where the first system of the pair is better.
        p: float64[m] in (0, 1], not corrected.
        p_max: float64[m], corrected by max-T, where the test yields it.
        draws: how many sign patterns stood beside the observed one; 0 where nothing was drawn.
        exhaustive: whether these were all that there are.
        floor: the smallest p-value that the test can give for so many queries.
        seed: the seed of the draws, None where nothing was drawn.
        detail: how the p-values came about, for a reader.
    """

    name: str
    statistic: Floats
    p: Floats
    p_max: Floats | None = None
    draws: int = 0
    exhaustive: bool = False
    floor: float = 0.0
    seed: int | None = None
    detail: str = ""
