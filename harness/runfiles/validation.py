"""Validation: everything that is wrong with a run file, at once, with line numbers and codes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.errors import RunFileError
from harness.rankings import Run
from harness.records import Issue
from harness.runfiles.checks.table import CHECKS, FUNCTIONS
from harness.runfiles.findings import Documents, Evidence, Expected, Found
from harness.runfiles.limits import Limits
from harness.runfiles.scan import Scan
from harness.runfiles.scanner import scan_file


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Validation:
    """What validation found.

    Attributes:
        path: the file.
        issues: all findings, those on the whole file first, then by line; of each code the first 100, and one
            more with their number.
        run: the run, or None if an error of the file itself prevents reading one.
    """

    path: Path
    issues: tuple[Issue, ...]
    run: Run | None

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return all(issue.severity != "error" for issue in self.issues)


def validate(
    path: str | Path,
    *,
    queries: Collection[str] | None = None,
    documents: Documents | None = None,
    judged: Collection[str] | None = None,
    depth: int = 1000,
    drop_self_matches: bool = False,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
) -> Validation:
    """Check a run file by itself, and against a data set as far as that is given.

    Args:
        path: plain, gzip or zstd, told apart by content.
        queries: ids of all queries.
        documents: ids of all documents, or a function that gives an iterator over them; read once.
        judged: ids of the queries that are scored; without it all ``queries``.
        depth: the most documents for one query.
        drop_self_matches: whether the data set removes a query's own document before scoring.
        limits: how large a file may be.

    Raises:
        RunFileError: there is no such file, or it may not be read; whatever is in it becomes an issue.
    """
    expected = Expected(
        queries=queries,
        documents=documents,
        judged=judged,
        depth=depth,
        drop_self_matches=drop_self_matches,
    )
    evidence = examine(Path(path), expected, limits)
    issues = []
    for code, check in CHECKS.items():
        found = FUNCTIONS[code](evidence)
        severity = found.severity or check.severity
        issues += [Issue(severity, code, mark.message, mark.line, mark.query_id) for mark in found.marks]
        if found.total > len(found.marks):
            issues.append(Issue(severity, code, _rest(found)))
    issues.sort(key=lambda issue: (issue.line or 0, issue.code))
    return Validation(path=Path(path), issues=tuple(issues), run=evidence.run)


def examine(path: Path, expected: Expected, limits: Limits) -> Evidence:
    """Scan the file and build the run, if its lines allow one."""
    found = scan_file(path, limits)
    return Evidence(scan=found, run=_build(found), expected=expected)


def _rest(found: Found) -> str:
    return f"There are {found.total} findings of this kind; the first {len(found.marks)} are listed."


def _build(found: Scan) -> Run | None:
    """The run, or None if a line is unusable or a document stands twice."""
    unusable = {kind for kind in found.odd if CHECKS[kind].severity == "error"}
    if unusable or found.stop or found.marked or not len(found.scores) or np.isnan(found.scores).any():
        return None
    tag = max(found.tags, key=lambda name: (found.tags[name], name))  # whatever the order of the lines
    try:
        return Run.from_rows(found.queries, found.query_rows, found.documents, found.scores, tag)
    except RunFileError:
        return None  # the only reason left is a duplicate, which its check finds with line numbers
