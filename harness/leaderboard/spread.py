"""How much the means of all runs would vary with other queries, read in one pass over the store."""

from __future__ import annotations

import numpy as np
from sqlalchemy import Engine, select

from harness.store import schema


def read_variances(engine: Engine) -> dict[tuple[int, str], float]:
    """Variance of the mean over queries (s² / n), by run and measure; 0 for a single query."""
    scores, vectors = schema.scores, schema.vectors
    measures: dict[int, dict[int, str]] = {}
    found: dict[tuple[int, str], float] = {}
    with engine.connect() as connection:
        for run_id, place, name in connection.execute(
            select(scores.c.run_id, scores.c.place, scores.c.measure)
        ):
            measures.setdefault(run_id, {})[place] = name
        for run_id, content in connection.execute(select(vectors.c.run_id, vectors.c.per_query)):
            names = measures.get(run_id, {})
            values = np.frombuffer(content, dtype="<f8").reshape(max(len(names), 1), -1)
            queries = values.shape[1]
            spread = values.var(axis=1, ddof=1) / queries if queries > 1 else np.zeros(len(values))
            found |= {(run_id, name): float(spread[place]) for place, name in names.items()}
    return found
