"""Comparing runs on one data set, as ``harness compare`` does, from the values in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from harness.api.operation import Answer, Call
from harness.api.snapshot import Snapshot, Snapshots
from harness.errors import Problem, RequestError, UnknownNameError
from harness.leaderboard.row import Row
from harness.records import Floats
from harness.statistics.compare import compare_systems
from harness.statistics.comparison import Comparison
from harness.statistics.matrix import frozen
from harness.statistics.reports.document import document
from harness.statistics.runcomparison import RunComparison
from harness.store.reading import read_queries, read_vectors
from harness.submissions.policy import public_mean


def compare(call: Call) -> Answer:
    """Which systems differ by one measure; of hidden judgments only rounded means and the decisions."""
    values = call.values
    snapshot = call.site.snapshots.read()
    entry = snapshot.dataset(values["dataset"])
    if entry.spec.get("parts"):
        raise RequestError(400, f"{entry.name} is a mean over data sets; compare on one of them.")
    names = _names(values["system"], values["baseline"])
    rows = [snapshot.row(entry.name, name) for name in names]
    measure = values["measure"] or entry.headline
    for row in rows:
        if measure not in row.measures:
            raise UnknownNameError(f"measure of {row.system} on {entry.name}", measure, row.measures)
    vectors = _vectors(call.site.snapshots, entry.name, names, measure)
    comparison = compare_systems(
        names, vectors, test=values["test"], correction=values["correction"], alpha=values["alpha"]
    )
    if not snapshot.policy(entry.name).per_query:
        return Answer(body=_closed(snapshot, entry.name, measure, rows, comparison, values["baseline"]))
    found = _open(call.site.snapshots, rows, measure, vectors, comparison, values["baseline"])
    return Answer(body=_shown(document(found), per_query=values["per_query"]))


def _vectors(snapshots: Snapshots, dataset: str, names: Sequence[str], measure: str) -> Floats:
    ids = snapshots.run_ids(dataset)
    for name in names:
        if name not in ids:  # withdrawn since the snapshot was looked at
            raise UnknownNameError(f"system on {dataset}", name, ids)
    return read_vectors(snapshots.engine, [ids[name] for name in names], measure)


def _open(
    snapshots: Snapshots,
    rows: Sequence[Row],
    measure: str,
    vectors: Floats,
    comparison: Comparison,
    baseline: str | None,
) -> RunComparison:
    """The comparison with the queries behind it."""
    queries, texts = read_queries(snapshots.engine, rows[0].dataset)
    means = np.array([row.measures[measure] for row in rows], dtype=np.float64)
    return RunComparison(
        comparison=replace(comparison, means=frozen(means)),  # exactly rounded sums, as on the board
        measure=measure,
        judged_by=rows[0].dataset,
        baseline=baseline,
        paths=tuple(Path(row.path) for row in rows),
        queries=tuple(queries),
        texts=dict(zip(queries, texts, strict=True)),
        values=frozen(vectors),
        answered=frozen(np.array([row.answered for row in rows], dtype=np.int64)),
        engine=rows[0].engine,
        flags=rows[0].flags,
        notes=comparison.method.notes,
    )


def _names(given: tuple[str, ...], baseline: str | None) -> list[str]:
    names = list(dict.fromkeys(given))
    if len(names) < 2:
        raise RequestError(400, "A comparison needs two systems or more.", [Problem("system", "too few.")])
    if baseline is not None and baseline not in names:
        raise UnknownNameError("compared system", baseline, names)
    return names


def _shown(found: dict[str, Any], *, per_query: bool) -> dict[str, Any]:
    """The document without places on the disk, and without single queries unless they were asked for."""
    for system in found["systems"]:
        del system["run"]
    if not per_query:
        del found["queries"], found["values"]
    return found | {"decimals": None}


def _closed(
    snapshot: Snapshot,
    dataset: str,
    measure: str,
    rows: list[Row],
    comparison: Comparison,
    baseline: str | None,
) -> dict[str, Any]:
    """What is shown where judgments are hidden: rounded means, and whether the difference is significant."""
    policy = snapshot.policy(dataset)
    means = {row.system: public_mean(policy, row.measures[measure]) for row in rows}
    order = sorted(means, key=lambda name: (-means[name], name))
    pairs = [(a, b) for i, a in enumerate(order) for b in order[i + 1 :] if baseline in (None, a, b)]
    method = comparison.method
    return {
        "measure": measure,
        "judged_by": dataset,
        "baseline": baseline,
        "decimals": policy.digits,
        "method": {"test": method.test, "correction": method.correction, "alpha": method.alpha},
        "notes": ["The judgments are hidden: means are rounded, and of each pair only the decision is told."],
        "systems": [{"name": name, "mean": means[name]} for name in order],
        "pairs": [{"first": a, "second": b, "differs": comparison.pair(a, b).differs} for a, b in pairs],
    }
