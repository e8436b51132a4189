"""Tables of relevance by rank, learned from judged queries: what :class:`Trained` fusions take.

Hits are as in ranx: a document counts where its grade is 1 or more, and means are over the judged queries.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from harness.rankings import Run
from harness.records import Floats, Qrels
from harness.retrievers.fusion.trained import BAYES_ENDS, SEGMENT_ENDS

LEAST = 0.001
"""In place of a probability of 0 or of its complement, as in ranx."""


def hits_of(run: Run, qrels: Qrels) -> list[Floats]:
    """For every judged query, in order, 1 for each rank with a relevant document and else 0."""
    judged = qrels.to_dict()
    found = {query: documents for query, documents, _ in run.rankings()}
    return [
        np.array([float(row.get(document, 0) > 0) for document in found.get(query, ())])
        for query, row in judged.items()
    ]


def bayesfuse_table(hits: Sequence[Floats]) -> list[float]:
    """The log odds of relevance in each bin of ranks."""
    odds = []
    for start, end in zip((0, *BAYES_ENDS), BAYES_ENDS, strict=False):
        good = _mean_share(hits, start, end) or LEAST
        odds.append(math.log(good / ((1 - good) or LEAST)))
    return odds


def segfuse_table(hits: Sequence[Floats]) -> list[float]:
    """The probability of relevance in each growing segment."""
    bounds = zip((0, *SEGMENT_ENDS), SEGMENT_ENDS, strict=False)
    return [_mean_share(hits, start, end) for start, end in bounds]


def position_table(hits: Sequence[Floats]) -> list[float]:
    """The probability of relevance at each rank, over the queries that have it; down to the last hit."""
    longest = max(map(len, hits), default=0)
    counts, sums = np.zeros(longest), np.zeros(longest)
    for row in hits:
        counts[: len(row)] += 1
        sums[: len(row)] += row
    table = (sums / np.maximum(counts, 1)).tolist()
    last = max((rank for rank, value in enumerate(table, 1) if value), default=1)
    return table[:last] or [0.0]


def probfuse_table(hits: Sequence[Floats], segments: int) -> list[float]:
    """The probability of relevance in each of ``segments`` parts of the rankings."""
    table = np.zeros(segments)
    for row in hits:
        size = math.ceil(len(row) / segments)
        for k in range(segments):
            part = row[k * size : (k + 1) * size]
            table[k] += part.mean() if len(part) else 0.0
    found: list[float] = (table / max(len(hits), 1)).tolist()
    return found


def _mean_share(hits: Sequence[Floats], start: int, end: int) -> float:
    return float(sum(row[start:end].sum() / (end - start) for row in hits) / max(len(hits), 1))
