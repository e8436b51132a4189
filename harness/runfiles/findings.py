"""What checks look at and what they return."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from harness.columns import Ints
from harness.rankings import Run
from harness.runfiles.scan import OddLine, Scan

LISTED = 100  # findings of one code that are listed; the rest are counted

Documents = Callable[[], Iterable[str]] | Iterable[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is known about the data set; None means unknown, so nothing is checked against it.

    Attributes:
        queries: ids of all its queries.
        documents: ids of all its documents, or what makes an iterator over them; read once.
        judged: ids of the queries that are scored; without it all ``queries``.
        depth: the most documents for one query.
        drop_self_matches: whether the data set removes a query's own document before scoring.
    """

    queries: Collection[str] | None = None
    documents: Documents | None = None
    judged: Collection[str] | None = None
    depth: int = 1000
    drop_self_matches: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """A scanned file, the run it makes (None if an error of the file prevents one), what is expected."""

    scan: Scan
    run: Run | None
    expected: Expected


class Mark(NamedTuple):
    """One finding before it has a code."""

    message: str
    line: int | None = None
    query_id: str | None = None


class Found(NamedTuple):
    """What a check found: how many, the first of them, and a severity if it is not the table's."""

    total: int = 0
    marks: tuple[Mark, ...] = ()
    severity: str | None = None


NOTHING = Found()


def one(message: str, line: int | None = None, query_id: str | None = None) -> Found:
    """A single finding."""
    return Found(1, (Mark(message, line, query_id),))


def odd_lines(evidence: Evidence, kind: str, describe: Callable[[OddLine], str]) -> Found:
    """A finding for each line that the scan kept as ``kind``."""
    kept = evidence.scan.odd.get(kind)
    if kept is None:
        return NOTHING
    marks = [Mark(describe(odd), odd.line, odd.query) for odd in kept.samples[:LISTED]]
    return Found(kept.total, tuple(marks))


def at_rows(evidence: Evidence, rows: Ints, describe: Callable[[int], str]) -> Found:
    """A finding for each row, with its line and query."""
    scan = evidence.scan
    marks = [Mark(describe(row), scan.line_number(row), scan.query(row)) for row in rows[:LISTED].tolist()]
    return Found(len(rows), tuple(marks))
