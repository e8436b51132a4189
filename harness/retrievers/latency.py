"""How long one query takes, asked alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import numpy as np

from harness.records import Query
from harness.retrievers.base import Index

SAMPLE: Final = 100
"""Queries asked one by one, spread evenly over all."""
LIMIT_SECONDS: Final = 5.0
"""No further query is asked when they have taken this long together."""
PERCENTILES: Final = (50, 95, 99)


def sample(queries: Sequence[Query]) -> list[Query]:
    """At most :data:`SAMPLE` queries, evenly spread, in their order."""
    count = min(SAMPLE, len(queries))
    return [queries[i * len(queries) // count] for i in range(count)]


def latencies(index: Index, queries: Sequence[Query], depth: int) -> dict[str, int | float]:
    """Milliseconds from a query's text to its ranking, one query at a time; percentiles by nearest rank.

    Returns:
        ``latency_ms_p50``, ``_p95``, ``_p99``; ``latency_queries``, how many were asked; for an index that
        tells ``query_encode_seconds``, the same percentiles of encoding, ``encode_ms_p50`` and so on, and of
        the rest, ``search_ms_p50`` and so on. Empty without queries, and for an index whose
        ``answers_single_queries`` is false.
    """
    if not getattr(index, "answers_single_queries", True):
        return {}
    whole: list[float] = []
    encoding: list[float] = []
    for query in queries:
        begun = time.perf_counter()
        index.search([query], depth, tag="latency")
        whole.append(time.perf_counter() - begun)
        if "query_encode_seconds" in (facts := index.facts):
            encoding.append(facts["query_encode_seconds"])
        if sum(whole) > LIMIT_SECONDS:
            break
    if not whole:
        return {}
    told = {**_percentiles("latency_ms", whole), "latency_queries": len(whole)}
    if len(encoding) == len(whole):
        rest = [max(a - b, 0.0) for a, b in zip(whole, encoding, strict=True)]
        told |= _percentiles("encode_ms", encoding) | _percentiles("search_ms", rest)
    return told


def _percentiles(name: str, seconds: Sequence[float]) -> dict[str, int | float]:
    found = np.percentile(np.array(seconds) * 1000, PERCENTILES, method="inverted_cdf")
    return {f"{name}_p{p}": round(float(value), 4) for p, value in zip(PERCENTILES, found, strict=True)}
