"""A comparison in words: its title, its method, and numbers as tables show them."""

from __future__ import annotations

from harness.statistics.comparison import PairRow
from harness.statistics.runcomparison import RunComparison
from harness.words import many

SMALLEST_P = 1e-4
"""Smaller p-values are shown as ``<0.0001``: four decimals would make them 0, which no p-value is."""


def title(found: RunComparison) -> str:
    """Measure, data and sizes in one line."""
    sizes = f"{len(found.names)} systems, {many(len(found.queries), 'judged query', 'judged queries')}"
    return f"{found.measure} on {found.judged_by}: {sizes}"


def method_lines(found: RunComparison) -> list[str]:
    """How the pairs were decided, a line each, and what to know before believing it."""
    method, shown = found.comparison.method, sum(1 for _ in found.pairs())
    every = len(found.names) * (len(found.names) - 1) // 2
    part = "" if shown == every else f", of which the {shown} with {found.baseline} are shown"
    pairs = f"over all {every} pairs{part}" if every > 1 else "over 1 pair"
    draws = f", {method.permutations:,} sign patterns" if method.permutations else ""
    effect = (
        f"; effects below {method.smallest_effect:g} do not count as differences"
        if method.smallest_effect
        else ""
    )
    return [
        f"test: {method.test}, paired, two-sided; {method.detail}",
        f"correction: {method.correction} {pairs}",
        f"why: {method.reason}",
        f"alpha: {method.alpha:g}{effect}; intervals are Student's at {level(found)}, not corrected",
        f"seed: {method.seed}{draws}, {method.resamples:,} resamples for the rank intervals",
        f"scored by: {', '.join([found.engine, *(f'{k} {v}' for k, v in sorted(found.flags.items()))])}",
        *(f"note: {note}" for note in found.notes),
    ]


def level(found: RunComparison) -> str:
    """The level of the intervals, such as ``95 %``."""
    return f"{100 * (1 - found.comparison.method.alpha):g} %"


def p_value(p: float) -> str:
    """A p-value to four decimals."""
    return "<0.0001" if p < SMALLEST_P else f"{p:.4f}"


def signed(value: float, decimals: int = 4) -> str:
    """A difference with its sign; one that rounds to zero has none."""
    text = f"{value:+.{decimals}f}"
    return text if float(text) else f"{0:.{decimals}f}"


def verdict(pair: PairRow) -> str:
    """What was decided of the first system of a pair."""
    if not pair.differs:
        return "not told apart"
    return "better" if pair.difference > 0 else "worse"
