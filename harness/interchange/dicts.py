"""Plain dicts, as BEIR, MTEB and pytrec_eval hold runs and judgments."""

from __future__ import annotations

from collections.abc import Mapping

from harness.errors import DatasetError, RunFileError
from harness.interchange.rows import nested, qrels_from_rows, run_from_rows
from harness.rankings import Run
from harness.records import Qrels


def run_from_dict(scores: Mapping[str, Mapping[str, float]], tag: str) -> Run:
    """A run from ``{query id: {document id: score}}``; numpy's scores are welcome.

    Raises:
        RunFileError: as :func:`harness.interchange.rows.run_from_rows`.
    """
    if wrong := _no_table(scores):
        raise RunFileError(f"Expected {{query id: {{document id: score}}}}, found {wrong}.")
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
    if wrong := _no_table(grades):
        raise DatasetError(f"Expected {{query id: {{document id: grade}}}}, found {wrong}.")
    queries = [query for query, row in grades.items() for _ in row]
    documents = [document for row in grades.values() for document in row]
    return qrels_from_rows(queries, documents, [grade for row in grades.values() for grade in row.values()])


def run_to_dict(run: Run, *, scores: str = "kept") -> dict[str, dict[str, float]]:
    """``{query id: {document id: score}}`` in rank order, with scores as ``rows.outgoing`` has them."""
    return nested(run, scores)


def qrels_to_dict(qrels: Qrels) -> dict[str, dict[str, int]]:
    """``{query id: {document id: grade}}``."""
    return qrels.to_dict()


def _no_table(found: object) -> str:
    """What stands in place of a mapping of mappings; empty if it is one."""
    if not isinstance(found, Mapping):
        return f"a {type(found).__name__}"
    wrong = (
        f"for query {query!r} a {type(row).__name__}"
        for query, row in found.items()
        if not isinstance(row, Mapping)
    )
    return next(wrong, "")
