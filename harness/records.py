"""The shared nouns but the run: documents, queries, judgments, findings, evaluations. All immutable."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harness.columns import Ints, StringColumn
from harness.errors import DatasetError

Floats = npt.NDArray[np.float64]


def exact_mean(values: Floats) -> float:
    """Mean by an exactly rounded sum, so that it is the same on every machine and in every order."""
    return math.fsum(values.tolist()) / len(values)


class Document(NamedTuple):
    """A unit of retrieval."""

    id: str
    title: str
    text: str


class Query(NamedTuple):
    """A topic as the system sees it."""

    id: str
    text: str


class Issue(NamedTuple):
    """One finding of validation; ``severity`` is ``error``, ``warning`` or ``note``; lines count from 1."""

    severity: str
    code: str
    message: str
    line: int | None = None
    query_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Qrels:
    """Judgments in columns: q judged queries, n judgments.

    Attributes:
        queries: q query ids, ascending in bytes.
        starts: int64[q + 1]; the judgments of query i are rows ``starts[i]`` to ``starts[i + 1]``.
        documents: n document ids, ascending in bytes inside a query.
        grades: int32[n]. A negative grade means pooled but unjudged, as in trec_eval.
    """

    queries: StringColumn
    starts: Ints
    documents: StringColumn
    grades: npt.NDArray[np.int32]

    @classmethod
    def from_dict(cls, judgments: Mapping[str, Mapping[str, int]]) -> Qrels:
        """Build from ``{query id: {document id: grade}}``; a query without judgments is left out."""
        rows = {query: judgments[query] for query in sorted(judgments, key=str.encode) if judgments[query]}
        pairs = [sorted(row.items(), key=lambda pair: pair[0].encode()) for row in rows.values()]
        starts = np.cumsum([0, *map(len, pairs)], dtype=np.int64)
        return cls(
            queries=StringColumn.from_strings(rows),
            starts=starts,
            documents=StringColumn.from_strings(document for row in pairs for document, _ in row),
            grades=np.array([grade for row in pairs for _, grade in row], dtype=np.int32),
        )

    def to_dict(self) -> dict[str, dict[str, int]]:
        """``{query id: {document id: grade}}``; Python objects, so for small sets and tests."""
        bounds, grades = self.starts.tolist(), self.grades.tolist()
        return {
            query: dict(zip(self.documents.tolist(a, b), grades[a:b], strict=True))
            for query, (a, b) in zip(self.queries.tolist(), pairwise(bounds), strict=True)
        }

    def __len__(self) -> int:
        return len(self.grades)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """Per-query values of m measures over the q judged queries of one set of judgments.

    Attributes:
        measures: m measure names in the ir_measures notation.
        queries: q query ids, every judged query, ascending in bytes.
        values: float64[m, q] at full precision; a query that the run lacks has the measure's floor.
        answered: bool[q], whether the run returned anything for the query.
        engine, engine_version: what computed the values.
        flags: settings that change values, for example ``{"score_precision": "double"}``.
    """

    measures: tuple[str, ...]
    queries: tuple[str, ...]
    values: Floats
    answered: npt.NDArray[np.bool_]
    engine: str
    engine_version: str
    flags: Mapping[str, str] = field(default_factory=dict)

    def means(self) -> dict[str, float]:
        """Mean over all judged queries, answered or not, measure by measure."""
        if not self.queries:
            raise DatasetError("There is no judged query, so there is no mean.")
        return {name: exact_mean(row) for name, row in zip(self.measures, self.values, strict=True)}

    def by_query(self) -> dict[str, dict[str, float]]:
        """``{measure: {query id: value}}``."""
        return {
            name: dict(zip(self.queries, row.tolist(), strict=True))
            for name, row in zip(self.measures, self.values, strict=True)
        }
