"""Macro averages: a data set whose score is the unweighted mean of its parts' scores.

CQADupStack is the case everybody meets: the mean of twelve forum scores, not a mean over 13,145 queries
(BEIR issue 9; Pyserini's ``2cr/beir.py`` divides the sum by twelve).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from harness.leaderboard.row import Row
from harness.store.reading import StoredDataset


def macro_rows(
    datasets: Mapping[str, StoredDataset], rows: Sequence[Row]
) -> tuple[list[Row], list[tuple[str, str, tuple[str, ...]]]]:
    """Rows of the data sets that are made of parts: unweighted means, for systems that have all of them.

    Returns:
        the rows, and (data set, system, missing parts) for the systems left out.
    """
    by_name = {(row.dataset, row.system): row for row in rows}
    made: list[Row] = []
    incomplete: list[tuple[str, str, tuple[str, ...]]] = []
    for name, parts in _parts_first(
        {entry.name: tuple(entry.spec.get("parts") or ()) for entry in datasets.values()}
    ):
        for system in sorted({system for dataset, system in by_name if dataset in parts}):
            missing = tuple(part for part in parts if (part, system) not in by_name)
            if missing:
                incomplete.append((name, system, missing))
            else:
                row = _macro(name, [by_name[part, system] for part in parts])
                by_name[name, system] = row
                made.append(row)
    return made, incomplete


def _parts_first(parts_of: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Data sets with parts, each after those of its parts that have parts themselves; there are no cycles."""
    waiting = {name: parts for name, parts in sorted(parts_of.items()) if parts}
    while waiting:
        ready = [name for name, parts in waiting.items() if not waiting.keys() & set(parts)]
        for name in ready:
            yield name, waiting.pop(name)


def _macro(dataset: str, rows: Sequence[Row]) -> Row:
    shared = [name for name in rows[0].measures if all(name in row.measures for row in rows)]
    vectors = hashlib.sha256("".join(row.vectors_sha256 for row in rows).encode()).hexdigest()
    return replace(
        rows[0],
        dataset=dataset,
        measures={name: math.fsum(row.measures[name] for row in rows) / len(rows) for name in shared},
        tie_ranges={name: _mean_range(rows, name) for name in shared if name in rows[0].tie_ranges},
        answered=sum(row.answered for row in rows),
        judged_queries=sum(row.judged_queries for row in rows),
        tied_share=math.fsum(row.tied_share for row in rows) / len(rows),
        created=max(row.created for row in rows),
        sha256="",
        path="",
        vectors_sha256=vectors,
        issues={
            level: sum(row.issues.get(level, 0) for row in rows)
            for level in {k for r in rows for k in r.issues}
        },
        parts=tuple(row.dataset for row in rows),
        published=max(row.published for row in rows),
        version=1,
        marks=tuple(sorted({mark for row in rows for mark in row.marks})),
        submitter=rows[0].submitter if len({row.submitter for row in rows}) == 1 else "",
        reproduced={},
    )


def _mean_range(rows: Sequence[Row], measure: str) -> tuple[float, float, float]:
    lowest, expected, highest = (
        math.fsum(row.tie_ranges[measure][place] for row in rows) / len(rows) for place in range(3)
    )
    return lowest, expected, highest
