"""Plain dicts, as BEIR, MTEB and pytrec_eval hold runs and judgments."""

from __future__ import annotations

from collections.abc import Mapping

from harness.interchange.rows import nested, qrels_from_rows, run_from_rows
from harness.rankings import Run
from harness.records import Qrels


def run_from_dict(scores: Mapping[str, Mapping[str, float]], tag: str) -> Run:
    """A run from ``{query id: {document id: score}}``; numpy's scores are welcome.

    Raises:
        RunFileError: as :func:`harness.interchange.rows.run_from_rows`.
    """
    queries = [query for query, row in scores.items() for _ in row]
    documents = [document for row in scores.values() for document in row]
    return run_from_rows(
        queries, documents, [score for row in scores.values() for score in row.values()], tag
    )


def qrels_from_dict(grades: Mapping[str, Mapping[str, int]]) -> Qrels:
    """Judgments from ``{query id: {document id: grade}}``; a query without judgments falls away.

    Raises:
        DatasetError: as :func:`harness.interchange.rows.qrels_from_rows`.
    """
    queries = [query for query, row in grades.items() for _ in row]
    documents = [document for row in grades.values() for document in row]
    return qrels_from_rows(queries, documents, [grade for row in grades.values() for grade in row.values()])


def run_to_dict(run: Run, *, scores: str = "kept") -> dict[str, dict[str, float]]:
    """``{query id: {document id: score}}`` in rank order, with scores as ``rows.outgoing`` has them."""
    return nested(run, scores)


def qrels_to_dict(qrels: Qrels) -> dict[str, dict[str, int]]:
    """``{query id: {document id: grade}}``."""
    return qrels.to_dict()
