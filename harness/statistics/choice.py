"""Which test suits so many queries, and why."""

from __future__ import annotations

from typing import NamedTuple

from harness.errors import CommandError

FEW, MANY = 100, 1000
"""Below FEW queries a set is of TREC's size; from MANY on it is a large one."""


class Choice(NamedTuple):
    """A test, a correction, and the reason in words for a reader."""

    name: str
    correction: str
    reason: str


def choose_test(n_queries: int) -> Choice:
    """Choose test and correction by the number of queries.

    Below 100 queries Wilcoxon with Benjamini-Hochberg (Otero, Parapar & Barreiro, ECIR 2025,
    arXiv:2501.03930); from 1000 on the t-test with Holm, as the Wilcoxon and sign tests reject too often
    there and the others are equally strong (Ihemelandu & Ekstrand, SIGIR 2023, arXiv:2305.02461); between
    them, where neither study speaks, randomisation with max-T, which assumes least and keeps most of what is
    significant singly (Boytsov, Belova & Westfall, CIKM 2013).

    Raises:
        CommandError: fewer than 2 queries.
    """
    if n_queries < 2:
        raise CommandError(f"No paired test works on fewer than 2 queries; found {n_queries}.")
    if n_queries < FEW:
        return Choice(
            "wilcoxon",
            "bh",
            f"{n_queries} queries: Wilcoxon with Benjamini-Hochberg keeps its level and has the best power "
            "at about 50 topics (arXiv:2501.03930).",
        )
    if n_queries < MANY:
        return Choice(
            "randomisation",
            "max-t",
            f"{n_queries} queries: the randomisation test assumes no distribution, and max-T uses how the "
            "pairs depend on each other.",
        )
    return Choice(
        "t",
        "holm",
        f"{n_queries} queries: Wilcoxon and sign tests reject too often at this size, the t-test does not; "
        "almost every difference is significant here, so read the effect size (arXiv:2305.02461).",
    )
