"""What goes into the store: data sets, scored runs, tombstones, events."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from harness.records import Evaluation, Floats, Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetEntry:
    """A data set of the board.

    Attributes:
        name, title: as in the catalogue.
        headline: the measure that the board sorts by.
        judgments: fingerprint of the judgments; empty for a macro average over parts.
        queries: judged query ids, ascending in bytes; none for a macro average.
        texts: their texts, in the same order.
        spec: the catalogue entry in plain values.
    """

    name: str
    title: str
    headline: str
    judgments: str
    queries: Sequence[str]
    texts: Sequence[str]
    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """A scored run of the board.

    Attributes:
        path: the run file, relative to the record's folder.
        evaluation: its values; the means are derived.
        tie_ranges: measure to lowest, expected and highest mean over all orders of tied documents.
        card: the card in plain values, as it may be shown.
        published: time of publication; empty where no event of the ledger speaks of the run.
        version: from 1, counting the runs of this system on this data set.
        marks: what admission noticed and shows beside the run.
        submitter: the makers' names, or until when they are not named.
        reproduced: time, machine class and verdict of the last reproduction.
        shown: False for what only boards of the past show.
    """

    dataset: str
    system: str
    family: str
    description: str
    created: str
    sha256: str
    path: str
    depth: int
    rows: int
    tied_share: float
    evaluation: Evaluation
    issues: Sequence[Issue]
    card: Mapping[str, Any]
    tie_ranges: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    published: str = ""
    version: int = 1
    marks: Sequence[str] = ()
    submitter: str = ""
    reproduced: Mapping[str, str] = field(default_factory=dict)
    shown: bool = True

    def vectors(self) -> Floats:
        """Values of all measures, float64[m, q], little-endian and contiguous."""
        return np.ascontiguousarray(self.evaluation.values, dtype="<f8")

    def content(self) -> dict[str, Any]:
        """What a reader of the board sees of the run, in plain values, vectors by their hash."""
        evaluation = self.evaluation
        counts: dict[str, int] = {}
        for issue in self.issues:
            counts[issue.severity] = counts.get(issue.severity, 0) + 1
        means = evaluation.means()
        return {
            **{name: getattr(self, name) for name in _COPIED},
            "answered": int(evaluation.answered.sum()),
            "judged_queries": len(evaluation.queries),
            "engine": evaluation.engine,
            "engine_version": evaluation.engine_version,
            "flags": dict(evaluation.flags),
            "marks": list(self.marks),
            "reproduced": dict(self.reproduced),
            "means": {name: means[name] for name in sorted(means)},
            "tie_ranges": {name: list(self.tie_ranges[name]) for name in sorted(self.tie_ranges)},
            "issues": counts,
            "vectors_sha256": _vectors_sha256(evaluation.measures, self.vectors()),
        }


class Tombstone(NamedTuple):
    """What is left of a withdrawn run: which it was, when, why and by whom it was taken back."""

    dataset: str
    system: str
    run: str
    withdrawn: str
    reason: str
    actor: str

    def digest(self) -> str:
        """Hex sha256 of all of it."""
        return hashlib.sha256(as_json(list(self)).encode()).hexdigest()


class LedgerLine(NamedTuple):
    """An event of the ledger as the store keeps it; ``line`` is its whole JSON."""

    number: int
    dataset: str
    system: str
    hash: str
    line: str


_COPIED = (
    "dataset", "system", "family", "description", "created", "sha256", "path", "depth", "rows", "tied_share",
    "published", "version", "submitter",
)  # fmt: skip


def dataset_digest(name: str, headline: str, judgments: str, parts: Sequence[str] | None) -> str:
    """Hex sha256 of what decides scores and order on a data set."""
    return hashlib.sha256(as_json([name, headline, judgments, list(parts or ())]).encode()).hexdigest()


def as_json(value: Any) -> str:
    """JSON with sorted keys, so that equal values are equal texts."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _vectors_sha256(measures: Sequence[str], vectors: Floats) -> str:
    digest = hashlib.sha256()
    for name, vector in sorted(zip(measures, vectors, strict=True), key=lambda pair: pair[0]):
        digest.update(name.encode() + b"\0" + vector.tobytes())
    return digest.hexdigest()
