"""Re-ranking: the first documents of each query in a new order, the rest below in their old one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from harness.errors import Problem, ScoreError
from harness.rankings import Run
from harness.records import Document, Query
from harness.retrievers.judged_before import Answers
from harness.retrievers.stages import Answer, Lookup, Ranked, Reranker

LARGEST: Final = 2.0**50
"""Beyond it, places of whole numbers below the least score would not all differ."""


class Candidates(NamedTuple):
    """A query, the documents to judge in the order so far, and their scores."""

    query: Query
    documents: tuple[Document, ...]
    scores: tuple[float, ...]


def rerank(
    reranker: Reranker,
    run: Run,
    queries: Sequence[Query],
    lookup: Lookup,
    *,
    depth: int,
    tag: str,
    answers: Answers,
    progress: Callable[[int], None] | None = None,
) -> Answer:
    """Judge the first ``depth`` documents of each query; no document is lost and none is added.

    Judged documents stand above the rest. The rest keep their order: their scores count down from the lowest
    judged score by whole numbers. The weights are loaded when the first query is not answered in ``answers``.

    Args:
        reranker: judges.
        run: the ranking so far.
        queries: texts, by id; every query of the run must be there.
        lookup: gives the documents' texts.
        depth: documents judged for each query.
        tag: of the new run.
        answers: what was judged before, by the hash of its input.
        progress: called with the number of queries done.

    Raises:
        ScoreError: the re-ranker gave a score that is no finite number or beyond :data:`LARGEST`, or not one
            for each document.
    """
    ranker = None
    scores: dict[str, list[float]] = {}
    totals: dict[str, int | float] = {}
    for number, candidates in enumerate(_candidates(run, queries, lookup, depth), start=1):
        ranked = answers.find(candidates)
        if ranked is None:
            ranker = ranker or reranker.open()
            ranked = _checked(ranker.rank(*candidates), candidates)
            answers.keep(candidates, ranked)
        scores[candidates.query.id] = list(ranked.scores)
        for name, count in ranked.counts.items():
            totals[name] = totals.get(name, 0) + count
        if progress:
            progress(number)
    judged = sum(map(len, scores.values()))
    return Answer(_placed(run, scores, tag), {"judged_documents": judged, **totals})


def _candidates(run: Run, queries: Sequence[Query], lookup: Lookup, depth: int) -> Iterator[Candidates]:
    texts = {query.id: query for query in queries}
    counts = np.minimum(np.diff(run.starts), depth).tolist()
    wanted = {d for (_, ids, _), n in zip(run.rankings(), counts, strict=True) for d in ids[:n]}
    documents = lookup(wanted)
    lacking = sorted(wanted - set(documents))
    if lacking:
        problems = [
            Problem(f"document {name}", "is ranked, but the collection lacks it.") for name in lacking
        ]
        raise ScoreError(f"{len(lacking)} ranked documents have no text to judge.", problems[:20])
    for (query, ids, scores), n in zip(run.rankings(), counts, strict=True):
        yield Candidates(texts[query], tuple(documents[i] for i in ids[:n]), tuple(scores[:n].tolist()))


def _checked(ranked: Ranked, candidates: Candidates) -> Ranked:
    query, documents, _ = candidates
    given = [float(score) for score in ranked.scores]
    if len(given) != len(documents):
        raise ScoreError(
            f"The re-ranker gave {len(given)} scores for the {len(documents)} documents of query {query.id}."
        )
    bad = [
        Problem(f"query {query.id}", f"document {document.id} has score {score}.")
        for document, score in zip(documents, given, strict=True)
        if not abs(score) <= LARGEST
    ]
    if bad:
        raise ScoreError(
            f"The re-ranker gave {len(bad)} scores that are not numbers of at most 2**50 either way.",
            bad[:20],
        )
    return Ranked(tuple(given), dict(ranked.counts))


def _placed(run: Run, judged: Mapping[str, Sequence[float]], tag: str) -> Run:
    """The run with new scores for its first documents, and places below them for the others."""
    scores = np.empty(len(run.scores))
    for number, query in enumerate(run.queries.tolist()):
        a, b = int(run.starts[number]), int(run.starts[number + 1])
        new = judged[query]
        scores[a : a + len(new)] = new
        floor = math.floor(min(new))
        scores[a + len(new) : b] = floor - np.arange(1, b - a - len(new) + 1)
    return Run.from_rows(
        run.queries.tolist(),
        np.repeat(np.arange(len(run.queries)), np.diff(run.starts)),
        run.documents,
        scores,
        tag,
    )
