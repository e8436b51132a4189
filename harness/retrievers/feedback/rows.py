"""Documents of an inverted file, term by term: what feedback reads of the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from harness.columns import Ints, StringColumn
from harness.rankings import Run

Row = tuple[Ints, npt.NDArray[np.float64]]
"""The terms of a document, int64[t] ascending, and their values, float64[t]."""


def first_documents(run: Run, count: int) -> dict[str, tuple[list[str], list[float]]]:
    """The first documents of every query and their scores."""
    return {query: (ids[:count], scores[:count].tolist()) for query, ids, scores in run.rankings()}


def numbers_of(ids: StringColumn, wanted: Iterable[str]) -> dict[str, int]:
    """The numbers of documents by id; one that the index lacks is absent."""
    names = set(wanted)
    return {name: number for number, name in enumerate(ids) if name in names}


def rows_of(
    starts: Ints, documents: npt.NDArray[np.int32], values: npt.NDArray[np.generic], wanted: Sequence[int]
) -> Mapping[int, Row]:
    """Read documents out of term-major postings, all in one pass.

    Args:
        starts: int64[t + 1]; term i has the postings ``starts[i]`` to ``starts[i + 1]``.
        documents: int32[p], document numbers.
        values: [p], one for each posting.
        wanted: document numbers, none twice.
    """
    marked = np.zeros(int(documents.max(initial=-1)) + 1, dtype=bool)
    marked[[number for number in wanted if number < len(marked)]] = True
    places = np.flatnonzero(marked[documents])
    terms = np.searchsorted(starts, places, side="right") - 1
    found = documents[places]
    order = np.lexsort((terms, found))
    bounds = np.searchsorted(found[order], [[number, number + 1] for number in wanted])
    kept = values[places].astype(np.float64)
    return {
        number: (terms[order[a:b]], kept[order[a:b]])
        for number, (a, b) in zip(wanted, bounds.tolist(), strict=True)
    }
