"""Compare systems: the one way in that runs every step and says what it did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from harness.errors import CommandError
from harness.records import Floats
from harness.statistics.bootstrap import bootstrap_intervals
from harness.statistics.choice import MANY, choose_test
from harness.statistics.comparison import Comparison, Method
from harness.statistics.corrections import CORRECTIONS
from harness.statistics.differences import Differences, differences
from harness.statistics.draws import ranks_of
from harness.statistics.effects import TIE_TOLERANCE, hedges_g, outcomes
from harness.statistics.groups import Booleans, group_numbers, letters, rank_bounds
from harness.statistics.intervals import check_alpha, difference_intervals, mean_intervals
from harness.statistics.matrix import check_values, frozen, pairs, square
from harness.statistics.pairtest import SEED, TESTS, PairTest, Plan

USUAL_CORRECTION = {"t": "holm", "wilcoxon": "bh", "randomisation": "max-t"}
"""The correction of a test that was named without one: that of :func:`choose_test`."""

SAME_MEAN = 1e-12
"""Means that are no further apart share a rank."""


def compare_systems(
    names: Sequence[str],
    values: npt.ArrayLike,
    *,
    test: str | None = None,
    correction: str | None = None,
    alpha: float = 0.05,
    seed: int = SEED,
    permutations: int = 10_000,
    smallest_effect: float = 0.0,
) -> Comparison:
    """Compare s systems by one measure on n queries: all pairs tested, corrected and grouped.

    Args:
        names: s distinct names.
        values: [s, n], finite; a query that a system did not answer has the measure's floor.
        test: ``t``, ``wilcoxon`` or ``randomisation``; by default :func:`choose_test` picks.
        correction: ``holm``, ``bh``, ``max-t`` (randomisation alone) or ``none``; by default the test's.
        alpha: level of tests and intervals.
        seed: seed of all draws, 0 or more.
        permutations: sign patterns of the randomisation test, and resamples of the bootstrap.
        smallest_effect: pairs with a smaller absolute Hedges' g are not told apart, whatever p.

    Raises:
        CommandError: an argument is wrong, UnknownNameError among them.
        ScoreError: fewer than two queries, or values that are not finite.
    """
    plan = Plan(permutations, seed).checked()
    check_alpha(alpha)
    if not smallest_effect >= 0:
        raise CommandError(f"smallest_effect must be 0 or more; found {smallest_effect}.")
    matrix = check_values(values, names)
    moments, effects = differences(matrix), hedges_g(matrix)
    test_name = choose_test(moments.queries).name if test is None else test
    result: PairTest = TESTS[test_name](matrix, plan)
    correction_name = USUAL_CORRECTION[test_name] if correction is None else correction
    corrected: Floats = CORRECTIONS[correction_name](result)
    significant = (corrected <= alpha) & (np.abs(effects) >= smallest_effect)
    differs = significant & (np.sign(result.statistic) == np.sign(moments.mean))
    method = Method(
        test=test_name,
        correction=correction_name,
        alpha=alpha,
        smallest_effect=smallest_effect,
        reason=_reason(moments.queries, test, correction),
        detail=result.detail,
        seed=seed,
        permutations=result.draws,
        resamples=permutations,
        tie_tolerance=TIE_TOLERANCE,
        notes=tuple(_notes(names, moments, result, correction_name, alpha, significant & ~differs)),
    )
    return _tables(tuple(names), matrix, moments, effects, result, corrected, differs, method)


def _reason(queries: int, test: str | None, correction: str | None) -> str:
    choice = choose_test(queries)
    if (test or choice.name, correction or choice.correction) == (choice.name, choice.correction):
        return choice.reason
    usual = f"{choice.name} with {choice.correction}"
    return f"As asked for; for {queries} queries the usual choice is {usual}."


def _notes(
    names: Sequence[str],
    moments: Differences,
    result: PairTest,
    correction: str,
    alpha: float,
    contrary: Booleans,
) -> Iterator[str]:
    """What a reader must know before believing a decision."""
    count = len(result.p)
    smallest = result.floor * (count if correction == "holm" else 1)
    if count and smallest > alpha:
        remedy = "more permutations" if result.draws and not result.exhaustive else "more queries"
        yield (
            f"No p-value here can be below {smallest:.3g} after correction, so no pair can be told apart; "
            f"it takes {remedy}."
        )
    if result.name == "wilcoxon" and moments.queries >= MANY:
        yield "Wilcoxon rejects too often on thousands of queries (arXiv:2305.02461)."
    first, second = pairs(len(names))
    for k in np.flatnonzero(contrary).tolist():
        a, b = names[first[k]], names[second[k]]
        yield f"{a} and {b}: the test and the means disagree who is better, so they count as not told apart."
    for k in np.flatnonzero((moments.deviation == 0) & (moments.mean != 0)).tolist():
        a, b = names[first[k]], names[second[k]]
        yield f"{a} and {b} differ by the same amount on every query."


def _tables(
    names: tuple[str, ...],
    matrix: Floats,
    moments: Differences,
    effects: Floats,
    result: PairTest,
    corrected: Floats,
    differs: Booleans,
    method: Method,
) -> Comparison:
    """Turn numbers per pair into matrices, and decisions into groups."""
    s, alpha = len(names), method.alpha
    drawn = bootstrap_intervals(matrix, Plan(method.resamples, method.seed), alpha=alpha)
    counted = outcomes(matrix, method.tie_tolerance)
    spans = difference_intervals(moments, alpha)
    means, ranks = matrix.mean(axis=1), ranks_of(matrix.mean(axis=1), SAME_MEAN)
    apart = square(differs, s, diagonal=False, lower=differs)
    gap = square(moments.mean, s, diagonal=0, lower=-moments.mean)
    better = apart & (gap > 0)
    return Comparison(
        names=names,
        queries=moments.queries,
        means=frozen(means),
        mean_intervals=mean_intervals(matrix, alpha),
        bootstrap_intervals=drawn.means,
        ranks=frozen(ranks),
        rank_intervals=drawn.ranks,
        rank_bounds=rank_bounds(better),
        groups=group_numbers(better),
        letters=letters(apart, sorted(range(s), key=lambda i: (ranks[i], names[i]))),
        differences=gap,
        difference_intervals=square(spans, s, diagonal=0, lower=-spans[:, ::-1]),
        p=square(result.p, s, diagonal=1, lower=result.p),
        p_corrected=square(corrected, s, diagonal=1, lower=corrected),
        effects=square(effects, s, diagonal=0, lower=-effects),
        wins=square(counted.wins, s, diagonal=0, lower=counted.losses),
        ties=square(counted.ties, s, diagonal=moments.queries, lower=counted.ties),
        differs=apart,
        method=method,
    )
