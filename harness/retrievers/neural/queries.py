"""Encoding queries: each text once, apart from the search, timed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.columns import Ints
from harness.records import Query
from harness.retrievers.neural.cache import Encodings
from harness.retrievers.neural.collection import Encoder
from harness.retrievers.neural.threads import limited_threads


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EncodedQueries:
    """The encodings of the queries that have text.

    Attributes:
        asked: those queries, in the order given.
        places: int64[q], the row of each in ``part``; queries of equal text share one.
        part: the encodings.
        seconds: time spent encoding.
    """

    asked: Sequence[Query]
    places: Ints
    part: Encodings
    seconds: float

    @property
    def facts(self) -> dict[str, int | float]:
        """Time for encoding, which is part of the search's."""
        return {"query_encode_seconds": round(self.seconds, 6)}


def encode_queries(queries: Sequence[Query], encoder: Encoder) -> EncodedQueries:
    """Encode queries; one without text is left out.

    Texts are encoded in sorted order, so that the order of the queries does not change their encodings.
    """
    begun = time.perf_counter()
    asked = [query for query in queries if query.text.strip()]
    unique = {text: row for row, text in enumerate(sorted({query.text.strip() for query in asked}))}
    part: Encodings = {}
    if unique:
        with limited_threads():
            part = encoder.encode(list(unique), query=True)
    return EncodedQueries(
        asked=asked,
        places=np.array([unique[query.text.strip()] for query in asked], dtype=np.int64),
        part=part,
        seconds=time.perf_counter() - begun,
    )
