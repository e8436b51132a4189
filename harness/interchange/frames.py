"""Pandas frames, one row for each ranked or judged document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.errors import CommandError, MissingExtraError
from harness.interchange.rows import outgoing, qrels_from_rows, run_from_rows
from harness.rankings import Run
from harness.records import Qrels

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "query": ("query_id", "qid", "q_id", "query-id"),
    "document": ("doc_id", "docid", "docno", "corpus-id"),
    "score": ("score",),
    "grade": ("relevance", "grade", "label", "score"),
}
"""What ir_measures, pytrec_eval's users, PyTerrier, ranx and BEIR call the columns."""


def run_from_frame(frame: Any, tag: str, *, columns: Sequence[str] | None = None) -> Run:
    """A run from a frame with its rows in any order.

    Args:
        frame: read it with its ids as text: ``pandas.read_csv(…, dtype={"qid": str, "docid": str})``.
        tag: the system's tag.
        columns: names of the columns of queries, documents and scores; by default found by ``COLUMNS``.

    Raises:
        CommandError: a column is missing, or two could be meant.
        RunFileError: as :func:`harness.interchange.rows.run_from_rows`.
    """
    queries, documents, scores = _taken(frame, ("query", "document", "score"), columns)
    return run_from_rows(queries.tolist(), documents.tolist(), scores.to_numpy(), tag)


def qrels_from_frame(frame: Any, *, columns: Sequence[str] | None = None) -> Qrels:
    """Judgments from a frame with its rows in any order; otherwise as :func:`run_from_frame`.

    Raises:
        CommandError: a column is missing, or two could be meant.
        DatasetError: as :func:`harness.interchange.rows.qrels_from_rows`.
    """
    queries, documents, grades = _taken(frame, ("query", "document", "grade"), columns)
    return qrels_from_rows(queries.tolist(), documents.tolist(), grades.tolist())


def run_to_frame(
    run: Run, *, scores: str = "kept", columns: Sequence[str] = ("query_id", "doc_id", "score")
) -> Any:
    """A frame in rank order, with ir_measures' columns unless told otherwise.

    Args:
        run: the run.
        scores: see :func:`harness.interchange.rows.outgoing`.
        columns: names for queries, documents and scores: ``("qid", "docno", "score")`` for PyTerrier,
            ``("q_id", "doc_id", "score")`` for ranx.

    Raises:
        MissingExtraError: pandas is not installed.
        CommandError: ``scores`` is neither ``"kept"`` nor ``"rank"``.
    """
    queries = np.repeat(np.array(run.queries.tolist(), dtype=object), np.diff(run.starts)).tolist()
    return _frame(columns, (queries, run.documents.tolist(), outgoing(run, scores)))


def qrels_to_frame(qrels: Qrels, *, columns: Sequence[str] = ("query_id", "doc_id", "relevance")) -> Any:
    """A frame of judgments, with ir_measures' columns unless told otherwise.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    queries = np.repeat(np.array(qrels.queries.tolist(), dtype=object), np.diff(qrels.starts)).tolist()
    return _frame(columns, (queries, qrels.documents.tolist(), qrels.grades.astype(np.int64)))


def _frame(columns: Sequence[str], values: tuple[Any, Any, Any]) -> Any:
    try:
        import pandas
    except ModuleNotFoundError as error:
        raise MissingExtraError("A frame", "pandas", "app") from error
    if len(columns) != 3 or len(set(columns)) != 3:
        raise CommandError(f"Three different column names are needed; found {list(columns)}.")
    return pandas.DataFrame(dict(zip(columns, values, strict=True)))


def _taken(frame: Any, roles: tuple[str, str, str], columns: Sequence[str] | None) -> tuple[Any, Any, Any]:
    """The columns of three roles, by the names given or by those that are customary."""
    if columns is not None and len(columns) != 3:
        raise CommandError(f"Three column names are needed, for {', '.join(roles)}; found {list(columns)}.")
    found, wrong = [], []
    for i, role in enumerate(roles):
        known = COLUMNS[role] if columns is None else (columns[i],)
        present = [name for name in known if name in frame.columns]
        if len(present) == 1:
            found.append(frame[present[0]])
        else:
            wrong.append(f"{role}: expected one of {', '.join(known)}, found {', '.join(present) or 'none'}")
    if wrong:
        has = ", ".join(map(str, frame.columns))
        raise CommandError(f"The frame's columns ({has}) do not tell what is what. {'; '.join(wrong)}.")
    return found[0], found[1], found[2]
