"""Rows of objects that someone else made, checked and packed; and scores for those who take ours."""

from __future__ import annotations

import numbers
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.columns import StringColumn
from harness.errors import CommandError, DatasetError, Problem, RunFileError
from harness.rankings import Run
from harness.records import Floats, Qrels

SHOWN = 20
SCORES = ("kept", "rank")

_INT32 = np.iinfo(np.int32)


def run_from_rows(queries: Sequence[Any], documents: Sequence[Any], scores: Any, tag: str) -> Run:
    """Pack n rows in any order into a run.

    Args:
        queries: n query ids, text: a number is refused, as ``007`` has become 7 by then.
        documents: n document ids, text.
        scores: n numbers; those of single precision are widened, which keeps their order.
        tag: the system's tag.

    Raises:
        RunFileError: what is wrong with any row; NaN, or a document twice in one query.
    """
    problems = [*_not_text("query", queries), *_not_text("document", documents)]
    values = np.asarray(scores)
    mixed = isinstance(scores, list) and bool in set(map(type, scores))  # beside numbers true became 1
    if mixed or values.dtype.kind not in "iuf":
        problems += _not_numbers(scores)
    if problems:
        raise RunFileError(f"These rows are no run: {_count(problems)}.", problems[:SHOWN])
    numbering = {query: i for i, query in enumerate(dict.fromkeys(queries))}
    rows = np.fromiter(map(numbering.__getitem__, queries), dtype=np.int64, count=len(queries))
    packed = StringColumn.from_strings(documents)
    return Run.from_rows(list(numbering), rows, packed, values.astype(np.float64), tag)


def qrels_from_rows(queries: Sequence[Any], documents: Sequence[Any], grades: Sequence[Any]) -> Qrels:
    """Pack n judgments in any order; grades are integers of 32 bits, whole floats among them.

    Raises:
        DatasetError: what is wrong with any row; a document judged twice for one query.
    """
    problems = [*_not_text("query", queries), *_not_text("document", documents)]
    judged: dict[str, dict[str, int]] = {}
    for i, (query, document, grade) in enumerate(zip(queries, documents, grades, strict=True), 1):
        whole = _is_number(grade) and _INT32.min <= grade <= _INT32.max and float(grade).is_integer()
        if not whole:
            message = f"the grade must be an integer of 32 bits, found {grade!r}."
            problems.append(Problem(f"row {i}", message))
        elif (
            isinstance(query, str) and judged.setdefault(query, {}).setdefault(document, int(grade)) != grade
        ):
            first = judged[query][document]
            message = f"query {query!r} and document {document!r} have grade {first} and {int(grade)}."
            problems.append(Problem(f"row {i}", message))
    if not problems and sum(map(len, judged.values())) != len(queries):
        raise DatasetError(f"{len(queries)} judgments hold repetitions; drop them first.")
    if problems:
        raise DatasetError(f"These rows are no judgments: {_count(problems)}.", problems[:SHOWN])
    return Qrels.from_dict(judged)


def outgoing(run: Run, scores: str) -> Floats:
    """The scores to hand out, float64[n]: ``"kept"``, or ``"rank"`` for n, n − 1, …, 1 in each query.

    Other tools order equal scores by rules of their own (ranx by a sort that looks at no id, ir_measures by
    the engine that happens to answer), and some round scores to single precision first. Scores made of
    ranks leave them nothing to decide: they score the very ranking that is scored here.

    Raises:
        CommandError: another word.
    """
    if scores not in SCORES:
        raise CommandError(f"scores must be 'kept' or 'rank'; found {scores!r}.")
    if scores == "kept":
        return run.scores
    ends: Floats = np.repeat(run.starts[1:], np.diff(run.starts)).astype(np.float64)
    return ends - np.arange(len(run))


def nested(run: Run, scores: str) -> dict[str, dict[str, float]]:
    """``{query id: {document id: score}}`` with the scores of :func:`outgoing`."""
    values, position = outgoing(run, scores), 0
    table = {}
    for query, documents, _ in run.rankings():
        end = position + len(documents)
        table[query] = dict(zip(documents, values[position:end].tolist(), strict=True))
        position = end
    return table


def _is_number(value: object) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)


def _fits(value: Any) -> bool:
    try:
        float(value)
    except OverflowError:
        return False
    return True


def _not_text(kind: str, ids: Sequence[Any]) -> Iterator[Problem]:
    for i, value in enumerate(ids, 1):
        if not isinstance(value, str):
            message = f"the {kind} id must be text, found {value!r}; read ids as text, for example dtype=str."
            yield Problem(f"row {i}", message)


def _not_numbers(scores: Sequence[Any] | npt.NDArray[Any]) -> Iterator[Problem]:
    for i, value in enumerate(scores, 1):
        if not _is_number(value):
            yield Problem(f"row {i}", f"the score must be a number, found {value!r}.")
        elif not _fits(value):
            yield Problem(f"row {i}", "the score is a whole number beyond the largest double.")


def _count(problems: Sequence[Problem]) -> str:
    more = f", the first {SHOWN} are" if len(problems) > SHOWN else ""
    return f"{len(problems)} problem{'s' * (len(problems) > 1)}{more}"
