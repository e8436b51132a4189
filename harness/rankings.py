"""The run: ranked lists in columns, always in trec_eval's order."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.columns import Ints, StringColumn
from harness.errors import Problem, RunFileError
from harness.records import Floats
from harness.words import many

CONVERTERS = {
    "from_dict": "harness.interchange.dicts:run_from_dict",
    "from_frame": "harness.interchange.frames:run_from_frame",
    "from_ranx": "harness.interchange.ranx:run_from_ranx",
    "from_scored_docs": "harness.interchange.namedtuples:run_from_scored_docs",
    "to_dict": "harness.interchange.dicts:run_to_dict",
    "to_frame": "harness.interchange.frames:run_to_frame",
    "to_ranx": "harness.interchange.ranx:run_to_ranx",
    "to_scored_docs": "harness.interchange.namedtuples:run_to_scored_docs",
}
"""Methods of a run that other tools' objects go through, and where they are found when first used.

A run knows nothing of these tools; it only passes the call on.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """Ranked lists of q queries in columns, n rows in all, always in canonical order.

    Canonical order: queries ascending in bytes; inside a query scores descending, ties by document id
    descending in bytes (trec_eval's rule, ``form_res_rels.c``). Ranks are positions and are not stored.

    Attributes:
        queries: q query ids.
        starts: int64[q + 1]; the ranking of query i is rows ``starts[i]`` to ``starts[i + 1]``.
        documents: n document ids.
        scores: float64[n]; ±inf is allowed, NaN is not.
        tag: the sixth column of a run file.
    """

    queries: StringColumn
    starts: Ints
    documents: StringColumn
    scores: Floats
    tag: str

    @classmethod
    def from_rows(
        cls,
        query_ids: Sequence[str],
        query_rows: npt.NDArray[np.integer],
        documents: StringColumn,
        scores: Floats,
        tag: str,
    ) -> Run:
        """Sort rows in any order into a run.

        Args:
            query_ids: the distinct query ids.
            query_rows: int[n], for each row the position of its query in ``query_ids``.
            documents: n document ids.
            scores: float64[n].
            tag: the system's tag.

        Raises:
            RunFileError: a NaN score or a document twice in one query, each named.
        """
        rank_of_query = np.empty(len(query_ids), dtype=np.int64)
        by_bytes = sorted(range(len(query_ids)), key=lambda i: query_ids[i].encode())
        rank_of_query[by_bytes] = np.arange(len(query_ids))
        codes = rank_of_query[query_rows]
        scores = np.asarray(scores, dtype=np.float64) + 0.0  # -0.0 becomes 0.0, which it equals
        _refuse_nan(query_ids, query_rows, documents, scores)
        order = np.lexsort((-scores, codes))
        order = _ties_by_id_descending(order, codes[order], scores[order], documents)
        in_order = bool((np.diff(order) > 0).all())
        counts = np.bincount(codes, minlength=len(query_ids))
        kept = counts > 0
        run = cls(
            queries=StringColumn.from_strings(
                query_ids[i] for i, keep in zip(by_bytes, kept, strict=True) if keep
            ),
            starts=np.concatenate(([0], np.cumsum(counts[kept]))).astype(np.int64),
            documents=documents if in_order else documents.take(order),
            scores=scores[order],
            tag=tag,
        )
        _refuse_duplicates(run)
        return run

    @classmethod
    def from_dict(cls, scores: Mapping[str, Mapping[str, float]], tag: str) -> Run:
        """Build from ``{query id: {document id: score}}``, as BEIR, MTEB and pytrec_eval hold runs.

        Raises:
            RunFileError: an id that is not text, a score that is no number or NaN, each with its row.
        """
        return _made("from_dict", scores, tag)

    @classmethod
    def from_frame(cls, frame: Any, tag: str, *, columns: Sequence[str] | None = None) -> Run:
        """Build from a pandas frame; see :func:`harness.interchange.frames.run_from_frame`."""
        return _made("from_frame", frame, tag, columns=columns)

    @classmethod
    def from_ranx(cls, run: Any, tag: str | None = None) -> Run:
        """Build from a ``ranx.Run``; see :func:`harness.interchange.ranx.run_from_ranx`."""
        return _made("from_ranx", run, tag)

    @classmethod
    def from_scored_docs(cls, rows: Iterable[Any], tag: str) -> Run:
        """Build from ir_measures' rows; see :func:`harness.interchange.namedtuples.run_from_scored_docs`."""
        return _made("from_scored_docs", rows, tag)

    def to_dict(self, *, scores: str = "kept") -> dict[str, dict[str, float]]:
        """``{query id: {document id: score}}`` in rank order; Python objects, so for small runs.

        Args:
            scores: ``"kept"``, or ``"rank"`` for scores that no tool can order otherwise
                (:func:`harness.interchange.rows.outgoing`); so in all the ways out.
        """
        table: dict[str, dict[str, float]] = _converter("to_dict")(self, scores=scores)
        return table

    def to_frame(
        self, *, scores: str = "kept", columns: Sequence[str] = ("query_id", "doc_id", "score")
    ) -> Any:
        """A pandas frame; see :func:`harness.interchange.frames.run_to_frame`."""
        return _converter("to_frame")(self, scores=scores, columns=columns)

    def to_ranx(self, *, scores: str = "kept") -> Any:
        """A ``ranx.Run``; see :func:`harness.interchange.ranx.run_to_ranx`."""
        return _converter("to_ranx")(self, scores=scores)

    def to_scored_docs(self, *, scores: str = "kept") -> Iterator[Any]:
        """Rows for ir_measures; see :func:`harness.interchange.namedtuples.run_to_scored_docs`."""
        rows: Iterator[Any] = _converter("to_scored_docs")(self, scores=scores)
        return rows

    def rankings(self) -> Iterator[tuple[str, list[str], Floats]]:
        """Query by query: its id, its document ids in rank order and their scores."""
        bounds = self.starts.tolist()
        for query, (a, b) in zip(self.queries.tolist(), pairwise(bounds), strict=True):
            yield query, self.documents.tolist(a, b), self.scores[a:b]

    def __len__(self) -> int:
        return len(self.scores)


def _converter(method: str) -> Any:
    module, _, function = CONVERTERS[method].partition(":")
    return getattr(importlib.import_module(module), function)


def _made(method: str, *given: Any, **settings: Any) -> Run:
    run: Run = _converter(method)(*given, **settings)
    return run


def _refuse_nan(
    query_ids: Sequence[str], query_rows: npt.NDArray[np.integer], documents: StringColumn, scores: Floats
) -> None:
    rows = np.flatnonzero(np.isnan(scores))
    if len(rows):
        where = [
            Problem(f"query {query_ids[query_rows[i]]}", f"document {documents[i]} has score NaN.")
            for i in rows[:20]
        ]
        raise RunFileError(f"{len(rows)} scores are NaN; a ranking by NaN has no order.", where)


def _ties_by_id_descending(
    order: npt.NDArray[np.intp], codes: Ints, scores: Floats, documents: StringColumn
) -> npt.NDArray[np.intp]:
    """Reorder rows inside blocks of equal query and score; only the tied rows' ids are looked at."""
    same = (codes[1:] == codes[:-1]) & (scores[1:] == scores[:-1])
    tied = np.flatnonzero(np.concatenate((same, [False])) | np.concatenate(([False], same)))
    if not len(tied):
        return order
    block = np.cumsum(np.concatenate(([True], ~same)))[tied]
    id_ranks = documents.take(order[tied]).byte_ranks()
    result = order.copy()
    result[tied] = order[tied][np.lexsort((-id_ranks, block))]
    return result


def _refuse_duplicates(run: Run) -> None:
    """Name the documents that stand twice in one query."""
    problems: list[Problem] = []
    for query, documents, _ in run.rankings():
        if len(set(documents)) != len(documents):
            seen: set[str] = set()
            twice = {d for d in documents if d in seen or seen.add(d)}  # type: ignore[func-returns-value]
            problems += [
                Problem(f"query {query}", f"document {d} stands more than once.") for d in sorted(twice)
            ]
    if problems:
        raise RunFileError(
            f"{many(len(problems), 'document is', 'documents are')} ranked twice in one query.", problems[:20]
        )


def cut(run: Run, depth: int) -> Run:
    """The first ``depth`` rows of every query."""
    counts = np.minimum(np.diff(run.starts), depth)
    if np.array_equal(counts, np.diff(run.starts)):
        return run
    starts = np.concatenate(([0], np.cumsum(counts)))
    rows = np.arange(starts[-1]) + np.repeat(run.starts[:-1] - starts[:-1], counts)
    return Run(
        queries=run.queries,
        starts=starts,
        documents=run.documents.take(rows),
        scores=run.scores[rows],
        tag=run.tag,
    )
