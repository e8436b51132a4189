"""Which test is taken where none is asked for, and why."""

from __future__ import annotations

from typing import NamedTuple

from harness.errors import CommandError

MANY = 1000
"""From so many queries on nearly every difference is significant."""


class Choice(NamedTuple):
    """A test, a correction, and the reason in words for a reader."""

    name: str
    correction: str
    reason: str


def choose_test(n_queries: int) -> Choice:
    """Choose test and correction: the randomisation test with max-T, whatever the number of queries.

    It assumes no distribution, bounds the chance of any false claim among all pairs, and loses little to
    methods that bound less: docs/statistics.md has a simulation. Wilcoxon with Benjamini-Hochberg, which
    Otero, Parapar & Barreiro (ECIR 2025, arXiv:2501.03930) recommend for about 50 topics, bounds the share of
    false claims only; on thousands of queries Wilcoxon rejects too often (Ihemelandu & Ekstrand, SIGIR 2023,
    arXiv:2305.02461). Max-T keeps most of what is significant singly (Boytsov, Belova & Westfall, CIKM 2013).

    Raises:
        CommandError: fewer than 2 queries.
    """
    if n_queries < 2:
        raise CommandError(f"No paired test works on fewer than 2 queries; found {n_queries}.")
    reason = (
        f"{n_queries} queries: the randomisation test assumes no distribution, and max-T bounds the chance "
        "of any false claim among all pairs."
    )
    if n_queries >= MANY:
        reason += " Almost every difference is significant here, so read the effect size (arXiv:2305.02461)."
    return Choice("randomisation", "max-t", reason)
