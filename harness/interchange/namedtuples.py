"""Rows as named tuples, which ir_measures and ir_datasets read and write; neither is needed for that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from harness.interchange.rows import nested, qrels_from_rows, run_from_rows
from harness.rankings import Run
from harness.records import Qrels


class ScoredDoc(NamedTuple):
    """A ranked document with the fields of ir_measures' ``ScoredDoc``, in whose place it is accepted."""

    query_id: str
    doc_id: str
    score: float


class Qrel(NamedTuple):
    """A judgment with the fields of ir_measures' ``Qrel``, in whose place it is accepted."""

    query_id: str
    doc_id: str
    relevance: int
    iteration: str = "0"


def run_from_scored_docs(rows: Iterable[Any], tag: str) -> Run:
    """A run from rows with ``query_id``, ``doc_id`` and ``score``, such as ``ir_measures.read_trec_run``'s.

    Raises:
        RunFileError: as :func:`harness.interchange.rows.run_from_rows`.
    """
    kept = [(row.query_id, row.doc_id, row.score) for row in rows]
    queries, documents, scores = zip(*kept, strict=True) if kept else ((), (), ())
    return run_from_rows(queries, documents, scores, tag)


def qrels_from_tuples(rows: Iterable[Any]) -> Qrels:
    """Judgments from rows with ``query_id``, ``doc_id`` and ``relevance``, of ir_measures or ir_datasets.

    Raises:
        DatasetError: as :func:`harness.interchange.rows.qrels_from_rows`.
    """
    kept = [(row.query_id, row.doc_id, row.relevance) for row in rows]
    queries, documents, grades = zip(*kept, strict=True) if kept else ((), (), ())
    return qrels_from_rows(queries, documents, grades)


def run_to_scored_docs(run: Run, *, scores: str = "kept") -> Iterator[ScoredDoc]:
    """The run row by row in rank order.

    With ``scores="rank"`` every engine behind ir_measures scores the ranking that is scored here
    (:func:`harness.interchange.rows.outgoing`); with kept scores RR and RR@10 can contradict each other,
    since their engines order ties in opposite ways.

    Raises:
        CommandError: ``scores`` is neither ``"kept"`` nor ``"rank"``.
    """
    for query, row in nested(run, scores).items():
        yield from (ScoredDoc(query, document, score) for document, score in row.items())


def qrels_to_tuples(qrels: Qrels) -> Iterator[Qrel]:
    """The judgments row by row."""
    for query, row in qrels.to_dict().items():
        yield from (Qrel(query, document, grade) for document, grade in row.items())
