"""From a run in memory to its hits."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from harness.columns import Ints
from harness.errors import CommandError
from harness.evaluation.hits import Hits
from harness.evaluation.judgments import Judgments
from harness.rankings import Run
from harness.records import Floats

PRECISIONS = ("double", "single")
"""How scores are compared: trec_eval >= 10, or trec_eval <= 9.0.8 and everything built on it."""


class TieBlocks(NamedTuple):
    """For each row of a run: rank of the first document of its block of equal scores, size of the block."""

    starts: Ints
    sizes: Ints
    tied_pairs: Ints  # int64[queries of the run]


def check_precision(score_precision: str) -> None:
    """Refuse anything but ``"double"`` and ``"single"``.

    Raises:
        CommandError: another word.
    """
    if score_precision not in PRECISIONS:
        raise CommandError(f"score_precision must be 'double' or 'single'; found {score_precision!r}.")


def hits_of_run(run: Run, judgments: Judgments, score_precision: str) -> Hits:
    """Find the judged documents of a run and their ranks.

    Args:
        run: ranked lists in canonical order.
        judgments: prepared judgments; queries of the run that they lack are ignored.
        score_precision: ``"double"`` or ``"single"``.
    """
    check_precision(score_precision)
    if score_precision == "single":
        run = rounded_to_single(run)
    position = judgments.cached("positions", lambda: {q: i for i, q in enumerate(judgments.queries)})
    returned = np.zeros(len(judgments), dtype=np.int64)
    counts = np.zeros(len(judgments), dtype=np.int64)
    tied_pairs = np.zeros(len(judgments), dtype=np.int64)
    blocks = tie_blocks(run)
    rows: list[int] = []
    grades: list[int] = []
    for i, (query, (a, b)) in enumerate(
        zip(run.queries.tolist(), pairwise(run.starts.tolist()), strict=True)
    ):
        at = position.get(query)
        if at is None:
            continue
        table = _grades_of(judgments, at)
        found = [(row, table[doc]) for row, doc in enumerate(run.documents.tolist(a, b), a) if doc in table]
        rows += [row for row, _ in found]
        grades += [grade for _, grade in found]
        returned[at], counts[at], tied_pairs[at] = b - a, len(found), blocks.tied_pairs[i]
    chosen = np.array(rows, dtype=np.int64)
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    first_rows = np.repeat(run.starts[:-1], np.diff(run.starts))[chosen]
    return Hits(
        judgments=judgments,
        returned=returned,
        starts=starts,
        ranks=chosen - first_rows + 1,
        grades=np.array(grades, dtype=np.int32),
        tie_starts=blocks.starts[chosen],
        tie_sizes=blocks.sizes[chosen],
        tied_pairs=tied_pairs,
        score_precision=score_precision,
    )


def rounded_to_single(run: Run) -> Run:
    """The run as an engine sees it that keeps scores as 4-byte floats: more ties, and so another order."""
    with np.errstate(over="ignore"):  # beyond the range of single precision a score becomes infinite
        rounded: Floats = run.scores.astype(np.float32).astype(np.float64)
    new_tie = (rounded[1:] == rounded[:-1]) & (run.scores[1:] != run.scores[:-1])
    new_tie[run.starts[1:-1] - 1] = False  # the first row of a query has no neighbour above
    if not new_tie.any():
        return Run(
            queries=run.queries, starts=run.starts, documents=run.documents, scores=rounded, tag=run.tag
        )
    rows = np.repeat(np.arange(len(run.queries), dtype=np.int64), np.diff(run.starts))
    return Run.from_rows(run.queries.tolist(), rows, run.documents, rounded, run.tag)


def _grades_of(judgments: Judgments, query: int) -> dict[str, int]:
    """``{document: grade}`` of one query, kept for the next run."""
    qrels = judgments.qrels
    a, b = int(qrels.starts[query]), int(qrels.starts[query + 1])
    return judgments.cached(
        ("grades", query),
        lambda: dict(zip(qrels.documents.tolist(a, b), qrels.grades[a:b].tolist(), strict=True)),
    )


def tie_blocks(run: Run) -> TieBlocks:
    """Find the blocks of equal scores inside each query."""
    n = len(run)
    opens = np.ones(n, dtype=np.bool_)
    opens[1:] = run.scores[1:] != run.scores[:-1]
    opens[run.starts[:-1]] = True
    first = np.flatnonzero(opens)
    sizes = np.diff(np.append(first, n))
    query = np.searchsorted(run.starts, first, side="right") - 1
    pairs = np.zeros(len(run.queries), dtype=np.int64)
    np.add.at(pairs, query, sizes * (sizes - 1) // 2)
    return TieBlocks(
        starts=np.repeat(first - run.starts[query] + 1, sizes),
        sizes=np.repeat(sizes, sizes),
        tied_pairs=pairs,
    )
