"""Who can be told apart: rank groups of many systems from a matrix of values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.columns import Ints
from harness.records import Floats
from harness.statistics.choice import choose_test
from harness.statistics.corrections import CORRECTIONS
from harness.statistics.differences import differences
from harness.statistics.groups import group_numbers, rank_bounds
from harness.statistics.matrix import check_values, square
from harness.statistics.pairtest import TESTS, PairTest, Plan

ALPHA = 0.05
DRAWS = 10_000
"""Sign patterns of the randomisation test, as in ``harness compare``."""

QUICK = 200
"""With more systems than this the t-test with Holm decides, which needs no draws."""

MOST = 2000
"""More systems are not grouped: the pairs would need gigabytes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """Groups of s systems, in the order of the values they come from.

    Attributes:
        groups: int64[s], 1 + the number of systems that are significantly better.
        ranks: int64[s, 2], the ranks that the decisions leave open.
        rule: how it was decided, a sentence.
        note: why no pair could be told apart, where that is so for want of data; else empty.
    """

    groups: Ints
    ranks: Ints
    rule: str
    note: str = ""


def standing(values: Floats, unit: str = "queries") -> Standing | None:
    """Test all pairs of systems and group them; None where that makes no sense.

    Test and correction are those of :func:`harness.statistics.choice.choose_test`, except beyond
    :data:`QUICK` systems. Two systems are told apart when the corrected p is at most 5 % and the test and
    the means point one way.

    Args:
        values: float64[s, n], finite.
        unit: what the n columns are: ``queries``, or ``data sets`` for values that are means themselves.

    Returns:
        None for fewer than 2 systems, fewer than 2 columns, or more than :data:`MOST` systems.
    """
    systems, count = values.shape
    if not 2 <= systems <= MOST or count < 2:
        return None
    matrix = check_values(values)
    choice = choose_test(count)
    name, correction = (choice.name, choice.correction) if systems <= QUICK else ("t", "holm")
    result: PairTest = TESTS[name](matrix, Plan(DRAWS))
    corrected: Floats = CORRECTIONS[correction](result)
    mean = differences(matrix).mean
    differs = (corrected <= ALPHA) & (np.sign(result.statistic) == np.sign(mean))
    better = square(differs & (mean > 0), systems, diagonal=False, lower=differs & (mean < 0))
    return Standing(
        groups=group_numbers(better),
        ranks=rank_bounds(better),
        rule=f"{TEST_WORDS[name]} over {count:,} {unit}, {CORRECTION_WORDS[correction]}, 5 % level, "
        f"{_pairs(systems)}",
        note=_note(result, correction, count, unit),
    )


def _pairs(systems: int) -> str:
    return "one pair of systems" if systems == 2 else f"all {systems * (systems - 1) // 2:,} pairs of systems"


TEST_WORDS = {
    "wilcoxon": "Wilcoxon's signed-rank test",
    "randomisation": "randomisation test",
    "t": "paired t-test",
}
CORRECTION_WORDS = {
    "bh": "corrected after Benjamini-Hochberg",
    "max-t": "corrected by max-T",
    "holm": "corrected after Holm",
}


def _note(result: PairTest, correction: str, count: int, unit: str) -> str:
    smallest = result.floor * (len(result.p) if correction == "holm" else 1)
    if smallest <= ALPHA:
        return ""
    return f"With {count} {unit} no pair can be told apart: no p-value can be below {smallest:.2g}."


def half_widths(variances: Sequence[float]) -> list[float]:
    """Half-widths of normal 95 % intervals from variances of means."""
    return [1.959963984540054 * math.sqrt(variance) for variance in variances]
