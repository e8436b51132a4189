"""A reproduction as plain values for JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from harness.reproduction.comparison import StoredComparison
from harness.reproduction.reproduction import Reproduction, Row
from harness.runfiles.environment import hardware, versions

PACKAGES = ("python", "retrieval-harness", "numpy", "numba")


def document(found: Reproduction) -> dict[str, Any]:
    """Everything at full precision, with the day, the machine class and the versions it was found with."""
    return {
        "against": found.against,
        "ok": found.ok,
        "counts": {str(verdict): count for verdict, count in found.counts().items()},
        "rows": [row_document(row) for row in found.rows],
        "runs": [run_document(run) for run in found.runs],
        "unpromised": [{"system": system, "dataset": dataset} for system, dataset in found.unpromised],
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "machine_class": hardware().machine_class,
        "versions": versions(PACKAGES),
    }


def row_document(row: Row) -> dict[str, Any]:
    """One verdict; a value that does not exist is null."""
    return {**asdict(row), "verdict": str(row.verdict), "difference": row.difference}


def run_document(run: StoredComparison) -> dict[str, Any]:
    """One comparison with a stored run."""
    moved = [each._asdict() for each in run.moved]
    return {**asdict(run), "moved": moved, "identical": run.identical}
