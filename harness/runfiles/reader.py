"""Reading runs, strictly: a file with an error is refused with everything that is wrong in it."""

from __future__ import annotations

from pathlib import Path

from harness.errors import Problem, RunFileError
from harness.rankings import Run
from harness.runfiles.checks.table import CHECKS, FUNCTIONS
from harness.runfiles.findings import Expected
from harness.runfiles.limits import Limits
from harness.runfiles.validation import examine

SHOWN = 50


def read_run(path: str | Path, *, limits: Limits = Limits()) -> Run:  # noqa: B008  (frozen)
    """Read a run file in TREC format: plain, gzip or zstd, told apart by content.

    Tabs, CRLF, scientific notation, a missing final newline and interleaved queries are welcome; rank and
    second column are not used. With several tags the run gets the most frequent.

    Raises:
        RunFileError: there is no such file, or it has errors; one problem for each, with ``file:line``.
    """
    path = Path(path)
    evidence = examine(path, Expected(), limits)
    if evidence.run is not None:
        return evidence.run
    found = [FUNCTIONS[code](evidence) for code, check in CHECKS.items() if check.makes_unreadable]
    marks = [mark for item in found for mark in item.marks]
    marks.sort(key=lambda mark: mark.line or 0)
    problems = [Problem(f"{path}:{mark.line}" if mark.line else str(path), mark.message) for mark in marks]
    total = sum(item.total for item in found)
    count = f"{total} errors, the first {SHOWN} are" if total > SHOWN else "these errors"
    raise RunFileError(f"{path} is not read because of {count}:", problems[:SHOWN])
