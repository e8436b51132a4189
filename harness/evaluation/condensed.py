"""Condensed lists: the ranking without the documents that nobody judged."""

from __future__ import annotations

import numpy as np

from harness.evaluation.hits import Hits


def condense(hits: Hits) -> Hits:
    """Drop unjudged documents (negative grades too) and number the rest from 1, as trec_eval -J does.

    Blocks of tied scores shrink with their documents. Sakai and Kando 2008 (Information Retrieval 11:5)
    compare measures on such lists.
    """
    kept = np.flatnonzero(hits.grades >= 0)
    query = hits.queries[kept]
    ranks = hits.nth(query)
    returned = np.bincount(query, minlength=len(hits.returned))
    opens = np.ones(len(kept), dtype=np.bool_)
    opens[1:] = (query[1:] != query[:-1]) | (hits.tie_starts[kept][1:] != hits.tie_starts[kept][:-1])
    first = np.flatnonzero(opens)
    sizes = np.diff(np.append(first, len(kept)))
    pairs = np.zeros(len(hits.returned), dtype=np.int64)
    np.add.at(pairs, query[first], sizes * (sizes - 1) // 2)
    return Hits(
        judgments=hits.judgments,
        returned=returned,
        starts=np.concatenate(([0], np.cumsum(returned))).astype(np.int64),
        ranks=ranks,
        grades=hits.grades[kept],
        tie_starts=np.repeat(ranks[first], sizes),
        tie_sizes=np.repeat(sizes, sizes),
        tied_pairs=pairs,
        score_precision=hits.score_precision,
    )
