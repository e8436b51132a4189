"""Documents by number: numbered by the byte order of their ids, found as numbers, handed over as a run.

The rule for ties is by id, so that with this numbering it compares numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from harness.columns import Ints, StringColumn
from harness.errors import CommandError, DatasetError, Problem
from harness.rankings import Run
from harness.records import Query
from harness.words import many

Int32s = npt.NDArray[np.int32]
Float32s = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Rankings of some queries, one after another.

    Attributes:
        documents: int32[n], document numbers in rank order.
        scores: float64[n].
        counts: int64[q], the rows of each query.
    """

    documents: Int32s
    scores: npt.NDArray[np.float64]
    counts: Ints

    @classmethod
    def of(cls, documents: Int32s, scores: Float32s, counts: Ints) -> Found:
        """From tables [q, depth] whose first ``counts`` columns are filled."""
        kept = np.arange(documents.shape[1]) < counts[:, None]
        return cls(documents[kept], scores[kept].astype(np.float64), counts)


def by_id(ids: StringColumn) -> Ints:
    """Positions of the document ids in byte order.

    Raises:
        DatasetError: there is no document, or some have the same id; each is named.
    """
    if not len(ids):
        raise DatasetError("There is no document to index.")
    names = ids.fixed_width()
    order = np.argsort(names, kind="stable")
    ordered = names[order]
    again = np.sort(order[1:][ordered[1:] == ordered[:-1]])
    if len(again):
        problems = [
            Problem(f"document {row + 1}", f"the id {ids[row]!r} was used before.") for row in again[:20]
        ]
        who = many(len(again), "document repeats", "documents repeat")
        raise DatasetError(f"{who} an id; ids must be unique.", problems)
    return order


def in_order(queries: Sequence[Query], depth: int) -> list[Query]:
    """The queries in the order of a run, ascending in bytes.

    Raises:
        CommandError: ``depth`` is below 1.
        DatasetError: two queries have the same id.
    """
    if depth < 1:
        raise CommandError(f"The depth must be at least 1, found {depth}.")
    repeated = [name for name, count in Counter(query.id for query in queries).items() if count > 1]
    if repeated:
        problems = [Problem(f"query {name}", "this id is used more than once.") for name in repeated[:20]]
        raise DatasetError(f"{len(repeated)} query ids are repeated; ids must be unique.", problems)
    return sorted(queries, key=lambda query: query.id.encode())


def to_run(ids: StringColumn, ordered: Sequence[Query], parts: Iterable[Found], tag: str) -> Run:
    """A run from document numbers.

    Args:
        ids: the ids, by number.
        ordered: q queries in the order of a run.
        parts: what was found, in all for the q queries in that order.
        tag: the system's tag.
    """
    found = list(parts)
    counts = np.concatenate([np.empty(0, dtype=np.int64), *(part.counts for part in found)])
    rows = np.concatenate([np.empty(0, dtype=np.int32), *(part.documents for part in found)])
    return Run(
        queries=StringColumn.from_strings(q.id for q, n in zip(ordered, counts, strict=True) if n),
        starts=np.concatenate(([0], np.cumsum(counts[counts > 0]))).astype(np.int64),
        documents=_take(ids, rows),
        scores=np.concatenate([np.empty(0), *(part.scores for part in found)]),
        tag=tag,
    )


def _take(ids: StringColumn, rows: Int32s) -> StringColumn:
    offsets = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(ids.lengths[rows], out=offsets[1:])
    data = np.empty(offsets[-1], dtype=np.uint8)
    _gather(ids.data, ids.offsets, rows, data, offsets)
    return StringColumn(data, offsets)


@njit(cache=True, nogil=True)
def _gather(data, offsets, rows, out, out_offsets):  # type: ignore[no-untyped-def]
    """Copy strings ``rows`` of a column into ``out``, whose offsets are given."""
    for i in range(len(rows)):
        source, target = offsets[rows[i]], out_offsets[i]
        for j in range(out_offsets[i + 1] - target):
            out[target + j] = data[source + j]
