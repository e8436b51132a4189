"""The one place where a data set's own evaluation rules are applied. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from harness.columns import StringColumn
from harness.datasets.reading import read_all
from harness.datasets.spec import Quirks
from harness.errors import DatasetError, Problem
from harness.rankings import Run
from harness.records import Qrels

Excluded = Mapping[str, frozenset[str]]
Flags = npt.NDArray[np.bool_]

EXCLUDED_HEADER = ["query-id", "corpus-id"]


def judgments(qrels: Qrels, quirks: Quirks) -> Qrels:
    """The judgments with every grade that ``grade_map`` names replaced; other grades stay."""
    if not quirks.grade_map:
        return qrels
    grades = qrels.grades.copy()
    for old, new in quirks.grade_map.items():
        grades[qrels.grades == old] = new
    return replace(qrels, grades=grades)


def rankings(run: Run, quirks: Quirks, excluded: Excluded | None = None) -> Run:
    """The run as it is scored: without self matches and excluded documents where the quirks say so.

    Args:
        run: what was read from the run file; it is not changed.
        quirks: the data set's rules.
        excluded: for ``excluded_ids``, the document ids to drop of each query (:func:`read_excluded`).

    Raises:
        DatasetError: the quirks name excluded ids and none are given.
    """
    if quirks.excluded_ids and excluded is None:
        raise DatasetError(f"The protocol drops the ids of {quirks.excluded_ids}, which were not given.")
    if quirks.drop_self_matches:
        run = without_self_matches(run)
    return without_excluded(run, excluded) if quirks.excluded_ids and excluded else run


def without_self_matches(run: Run) -> Run:
    """The run without each row whose document id is its query id."""
    return _kept(run, ~_self_matches(run))


def without_excluded(run: Run, excluded: Excluded) -> Run:
    """The run without the documents listed for their query."""
    keep = np.ones(len(run), dtype=np.bool_)
    for index, query in enumerate(run.queries.tolist()):
        unwanted = excluded.get(query)
        if unwanted:
            start, stop = int(run.starts[index]), int(run.starts[index + 1])
            keep[start:stop] = [document not in unwanted for document in run.documents.tolist(start, stop)]
    return _kept(run, keep)


def read_excluded(path: Path) -> Excluded:
    """Read ``{query id: document ids}`` from a TSV with the header ``query-id corpus-id``.

    Raises:
        DatasetError: the file is absent or malformed, with every problem by ``file:line``.
    """
    try:
        lines = read_all(path).decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path}, the excluded ids, is not UTF-8: {error}") from error
    if lines[0].split() != EXCLUDED_HEADER:
        raise DatasetError(
            f"{path}:1: expected the header {' '.join(EXCLUDED_HEADER)!r}, found {lines[0]!r}."
        )
    found: dict[str, set[str]] = {}
    problems = []
    for number, line in enumerate(lines[1:], start=2):
        row = line.split()
        if len(row) == 2:
            found.setdefault(row[0], set()).add(row[1])
        elif row:
            problems.append(Problem(f"{path}:{number}", f"expected 2 columns, found {len(row)}."))
    if problems:
        raise DatasetError(f"{path} has {len(problems)} problem{'s' * (len(problems) > 1)}:", problems[:50])
    return {query: frozenset(documents) for query, documents in found.items()}


def _self_matches(run: Run) -> Flags:
    """bool[n]: whether a row's document id is its query id; rows fall out byte by byte."""
    counts = np.diff(run.starts)
    documents, queries = run.documents, run.queries
    alive = np.flatnonzero(documents.lengths == np.repeat(queries.lengths, counts))
    row_query = np.repeat(np.arange(len(queries)), counts)[alive]
    matched = np.zeros(len(run), dtype=np.bool_)
    position = 0
    while len(alive):
        done = queries.lengths[row_query] == position
        matched[alive[done]] = True
        alive, row_query = alive[~done], row_query[~done]
        equal = _byte(documents, alive, position) == _byte(queries, row_query, position)
        alive, row_query = alive[equal], row_query[equal]
        position += 1
    return matched


def _byte(column: StringColumn, rows: npt.NDArray[np.intp], position: int) -> npt.NDArray[np.uint8]:
    return column.data[column.offsets[:-1][rows] + position]


def _kept(run: Run, keep: Flags) -> Run:
    """The rows that ``keep`` marks; a query that loses its last row leaves the run."""
    if keep.all():
        return run
    before = np.concatenate(([0], np.cumsum(keep))).astype(np.int64)
    counts = np.diff(before[run.starts])
    queries = np.flatnonzero(counts)
    return Run(
        queries=run.queries.take(queries),
        starts=np.concatenate(([0], np.cumsum(counts[queries]))).astype(np.int64),
        documents=run.documents.take(np.flatnonzero(keep)),
        scores=run.scores[keep],
        tag=run.tag,
    )
