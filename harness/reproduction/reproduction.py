"""The outcome of a reproduction: one row a promised score, one comparison a stored run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.reproduction.comparison import StoredComparison
from harness.reproduction.verdict import Verdict

STORED_RUN = "(stored run)"
"""Stands in the place of a measure where the stored record itself is what failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The verdict on one score of one system on one data set.

    Attributes:
        system, family, dataset, measure: empty where they could not be found out.
        verdict: what became of it.
        expected: the promised mean.
        found: the mean computed here at full precision; None where there is none, never 0.
        tolerance: the largest absolute difference accepted.
        reason: why it failed or cannot run, or what the file says about a difference.
    """

    system: str
    family: str = ""
    dataset: str = ""
    measure: str = ""
    verdict: Verdict
    expected: float | None = None
    found: float | None = None
    tolerance: float | None = None
    reason: str = ""

    @property
    def difference(self) -> float | None:
        """Found less expected."""
        return None if self.found is None or self.expected is None else self.found - self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """Everything that ``harness reproduce`` found out.

    Attributes:
        against: ``expected`` or ``published``.
        rows: in the order of the files, of their data sets and of their scores.
        runs: comparisons with the runs stored before, where there are any.
        unpromised: (system, data set) declared without a score, which were not run.
    """

    against: str
    rows: tuple[Row, ...]
    runs: tuple[StoredComparison, ...] = ()
    unpromised: tuple[tuple[str, str], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is different and nothing failed.

        Of several figures for one score, as sources give them that disagree, it is enough to meet one.
        """
        met = {_score(row) for row in self.rows if not row.verdict.bad}
        several = self.against == "published"
        return not any(
            row.verdict is Verdict.FAILED
            or (row.verdict is Verdict.DIFFERENT and not (several and _score(row) in met))
            for row in self.rows
        )

    def counts(self) -> Mapping[Verdict, int]:
        """Rows by verdict, all five in order."""
        return {verdict: sum(row.verdict is verdict for row in self.rows) for verdict in Verdict}


def _score(row: Row) -> tuple[str, str, str]:
    return row.system, row.dataset, row.measure
