"""Score a run: from a run in memory, or straight from the bytes of its file."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from harness.errors import CommandError
from harness.evaluation.condensed import condense
from harness.evaluation.hits import Hits
from harness.evaluation.invariants import check_invariants
from harness.evaluation.judgments import Judgments
from harness.evaluation.matching import check_precision
from harness.evaluation.measure import Measure, parse_measures
from harness.evaluation.sources import hits_of
from harness.rankings import Run
from harness.records import Evaluation, Floats, Qrels

ENGINE = "harness"


@cache
def engine_version() -> str:
    """The version of this package, ``"unknown"`` where it is used without having been installed."""
    try:
        return importlib.metadata.version("retrieval-harness")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def evaluate(
    run: Run | str | Path,
    qrels: Qrels | Judgments,
    measures: str | Sequence[str | Measure],
    *,
    score_precision: str = "double",
) -> Evaluation:
    """Per-query values of measures over all judged queries, equal to trec_eval -c to the last bit.

    A judged query that the run lacks, or without a relevant document, has the measure's floor; queries of
    the run without judgments are ignored.

    Args:
        run: a run, or the path of a run file (plain, gzip or zstd).
        qrels: judgments; prepare them with ``Judgments.of`` to score many runs.
        measures: names such as ``nDCG@10``, ``AP(rel=2)`` or ``ndcg_cut_10``.
        score_precision: ``"double"`` as trec_eval from version 10 on, or ``"single"`` as trec_eval up to
            9.0.8, pytrec_eval, and with them BEIR, MTEB and ir_measures; near-equal scores are ties there.

    Raises:
        CommandError: a measure or ``score_precision`` that does not exist.
        RunFileError: the file is malformed; every problem with its line.
        DatasetError: the judgments are empty.
        ScoreError: values contradict each other.
    """
    chosen = parse_measures([measures] if isinstance(measures, str) else measures)
    if not chosen:
        raise CommandError("No measure was asked for.")
    check_precision(score_precision)
    hits = hits_of(run, Judgments.of(qrels), score_precision)
    return evaluate_hits(hits, chosen)


def evaluate_hits(hits: Hits, measures: Sequence[Measure]) -> Evaluation:
    """Compute measures from hits and check what must hold between them.

    Raises:
        ScoreError: values contradict each other.
    """
    values = {measure: compute(hits, measure) for measure in measures}
    queries = hits.judgments.queries
    check_invariants(values, queries)
    return Evaluation(
        measures=tuple(map(str, measures)),
        queries=queries,
        values=np.stack(list(values.values())),
        answered=hits.returned > 0,
        engine=ENGINE,
        engine_version=engine_version(),
        flags={"score_precision": hits.score_precision},
    )


def compute(hits: Hits, measure: Measure) -> Floats:
    """Values of one measure, float64[q]."""
    if dict(measure.parameters).get("judged_only"):
        hits = hits.cached("condensed", lambda: condense(hits))
    return measure.definition.compute(hits, measure)
