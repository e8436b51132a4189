"""The same values from a second engine: any difference, and the score is not published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from harness.errors import MissingExtraError, Problem, ScoreError
from harness.evaluation.matching import rounded_to_single
from harness.evaluation.measure import Measure, parse_measure
from harness.rankings import Run
from harness.records import Evaluation, Qrels

TOLERANCE = 1e-9
SHOWN = 20

Scores = Mapping[str, Mapping[str, float]]


class _Question(NamedTuple):
    """How pytrec_eval is asked for a measure."""

    asked: str
    answered: str
    rel: int = 1
    depth: int | None = None  # the run is cut there first
    exponential: bool = False  # grades become 2^grade - 1


def cross_check(run: Run, qrels: Qrels, evaluation: Evaluation) -> tuple[str, ...]:
    """Compare an evaluation with pytrec_eval's values for the same rankings.

    pytrec_eval gets scores made from our ranks, so that both see the same order whatever its rounding;
    the order itself is checked by tests. Measures that it does not have are left out, and so are queries
    whose grades are all negative: for these the C code of trec_eval reads memory that it never wrote
    (``num_rel_levels`` and ``rel_levels`` of form_res_rels.c), and runs for ever or takes the process down.

    Returns:
        the measures that were compared.

    Raises:
        MissingExtraError: pytrec_eval is not installed.
        ScoreError: a value differs by more than 1e-9; names query, measure and both values.
    """
    if evaluation.flags.get("score_precision") == "single":
        run = rounded_to_single(run)
    judged = {query: grades for query, grades in qrels.to_dict().items() if max(grades.values()) >= 0}
    ranked = {
        query: {document: float(len(documents) - i) for i, document in enumerate(documents)}
        for query, documents, _ in run.rankings()
        if query in judged
    }
    problems: list[Problem] = []
    compared = []
    for name, row in zip(evaluation.measures, evaluation.values, strict=True):
        question = _question(parse_measure(name), evaluation)
        if question is None:
            continue
        compared.append(name)
        theirs = _answers(question, judged, ranked)
        for query, ours in zip(evaluation.queries, row.tolist(), strict=True):
            if query in judged and not abs(ours - theirs.get(query, 0.0)) <= TOLERANCE:
                message = f"{name} is {ours!r} here and {theirs.get(query, 0.0)!r} in pytrec_eval."
                problems.append(Problem(f"query {query}", message))
    if problems:
        raise ScoreError(
            f"{len(problems)} values differ from pytrec_eval, so none is published.", problems[:SHOWN]
        )
    return tuple(compared)


_SAME = {
    "AP": "map",
    "RR": "recip_rank",
    "Rprec": "Rprec",
    "Bpref": "bpref",
    "infAP": "infAP",
    "SetP": "set_P",
    "SetR": "set_recall",
    "NumRet": "num_ret",
    "NumRelRet": "num_rel_ret",
}
_CUT = {"AP": "map_cut", "P": "P", "R": "recall", "Success": "success", "nDCG": "ndcg_cut"}


def _question(measure: Measure, evaluation: Evaluation) -> _Question | None:
    """None where pytrec_eval lacks the measure or defines it otherwise."""
    settings = dict(measure.parameters)
    if settings.get("judged_only"):
        return None
    rel = measure.integer("rel") if "rel" in measure.definition.parameters else 1
    k = measure.depth
    if measure.name == "nDCG":
        exponential = measure["dcg"] == "exp-log2"
        if k is None:
            return _Question("ndcg", "ndcg", exponential=exponential)
        return _Question(f"ndcg_cut.{k}", f"ndcg_cut_{k}", exponential=exponential)
    if measure.name == "RR":
        return _Question("recip_rank", "recip_rank", rel, k)
    if k is not None and measure.name in _CUT:
        return _Question(f"{_CUT[measure.name]}.{k}", f"{_CUT[measure.name]}_{k}", rel)
    if measure.name == "SetF":
        beta = float(measure["beta"])
        return _Question("set_F" if beta == 1 else f"set_F.{beta}", "set_F", rel)
    if measure.name == "IPrec" and evaluation.flags.get("score_precision") == "single":
        level = f"{measure.cutoff:.2f}"
        exact = float(level) == measure.cutoff
        return _Question(f"iprec_at_recall.{level}", f"iprec_at_recall_{level}", rel) if exact else None
    if measure.name in _SAME:
        return _Question(_SAME[measure.name], _SAME[measure.name], rel)
    return None


def _answers(
    question: _Question, judged: Mapping[str, Mapping[str, int]], ranked: Scores
) -> dict[str, float]:
    """pytrec_eval's values by query; it has no row for a query that the run lacks."""
    pytrec_eval = _engine()
    grades = {
        query: {d: 2**g - 1 if question.exponential and g > 0 else g for d, g in row.items()}
        for query, row in judged.items()
    }
    if question.depth is not None:
        ranked = {q: dict(list(row.items())[: question.depth]) for q, row in ranked.items()}
    evaluator = pytrec_eval.RelevanceEvaluator(grades, {question.asked}, relevance_level=question.rel)
    results = evaluator.evaluate(ranked)
    return {query: float(np.float64(row[question.answered])) for query, row in results.items()}


def _engine() -> Any:
    try:
        import pytrec_eval
    except ModuleNotFoundError as error:
        raise MissingExtraError("Checking scores with a second engine", "pytrec_eval", "test") from error
    return pytrec_eval
