"""Equal scores, whose order is a rule's and not the system's."""

from __future__ import annotations

import numpy as np

from harness.runfiles.findings import NOTHING, Evidence, Found, one


def ties(evidence: Evidence) -> Found:
    """The share of pairs of documents of one query that have equal scores."""
    run = evidence.run
    if run is None:
        return NOTHING
    sizes = np.diff(run.starts)
    heads = np.ones(len(run), dtype=np.bool_)
    heads[1:] = run.scores[1:] != run.scores[:-1]
    heads[run.starts[:-1]] = True
    blocks = np.flatnonzero(heads)
    lengths = np.diff(blocks, append=len(run))
    tied = int((lengths * (lengths - 1) // 2).sum())
    if not tied:
        return NOTHING
    pairs = int((sizes * (sizes - 1) // 2).sum())
    of_query = np.searchsorted(run.starts, blocks[lengths > 1], side="right")
    return one(
        f"{len(np.unique(of_query))} of {len(sizes)} queries have documents with equal scores: "
        f"{tied} of {pairs} pairs ({tied / pairs:.4%}). They are ordered by document id, descending in "
        "bytes, as by trec_eval."
    )
