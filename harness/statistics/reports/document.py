"""A comparison as JSON: everything, at full precision."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from harness.statistics.equivalence import equivalences, sizes
from harness.statistics.runcomparison import Gains, RunComparison


def document(found: RunComparison) -> dict[str, Any]:
    """The comparison as JSON takes it; an infinite effect, of systems without spread, is ``null``.

    ``queries`` maps every judged query to its text (empty without a data set), ``values`` every system to
    its values in the order of ``queries``.
    """
    comparison = found.comparison
    return {
        "measure": found.measure,
        "judged_by": found.judged_by,
        "baseline": found.baseline,
        "engine": found.engine,
        "flags": dict(found.flags),
        "method": asdict(comparison.method),
        "notes": list(found.notes),
        "systems": [_system(found, row._asdict()) for row in comparison.systems()],
        "pairs": [_finite(pair._asdict()) for pair in found.pairs()],
        **_equivalence(found),
        "queries": {query: found.texts.get(query, "") for query in found.queries},
        "values": {name: found.values_of(name).tolist() for name in found.names},
    }


def _equivalence(found: RunComparison) -> dict[str, Any]:
    """The tests of equivalence and the sizes, where a margin was given."""
    if found.margin is None:
        return {}
    told = {
        "test": "two one-sided paired t-tests",
        "correction": "holm",
        "margin": found.margin,
        "alpha": found.comparison.method.alpha,
        "pairs": [pair._asdict() for pair in equivalences(found)],
        "sizes": [size._asdict() for size in sizes(found)],
    }
    return {"equivalence": told}


def gains_document(gains: Gains) -> dict[str, Any]:
    """Gains and losses as JSON takes them."""
    return {
        "system": gains.system,
        "reference": gains.reference,
        "gains": [query._asdict() for query in gains.gains],
        "losses": [query._asdict() for query in gains.losses],
    }


def json_bytes(found: RunComparison) -> bytes:
    """The document as indented UTF-8 text."""
    text = json.dumps(document(found), ensure_ascii=False, indent=2, allow_nan=False)
    return (text + "\n").encode("utf-8")


def _system(found: RunComparison, row: dict[str, Any]) -> dict[str, Any]:
    i = found.names.index(row["name"])
    low, high = found.comparison.rank_bounds[i].tolist()
    return row | {
        "letters": list(row["letters"]),
        "open_rank_low": low,
        "open_rank_high": high,
        "answered": int(found.answered[i]),
        "run": str(found.paths[i]),
    }


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: None if isinstance(value, float) and math.isinf(value) else value for key, value in row.items()
    }
