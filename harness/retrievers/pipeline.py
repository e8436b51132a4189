"""A pipeline: the stages of a declared system, run over one data set, timed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from harness.config import check
from harness.rankings import Run
from harness.records import Document, Query
from harness.retrievers.base import Progress, Retriever, Weighted
from harness.retrievers.spec import SystemSpec
from harness.retrievers.table import RETRIEVERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What running a pipeline gives: the run, every stage's parameters, wall seconds and index facts.

    ``provenance`` is empty, or names the weights that were used.
    """

    run: Run
    parameters: tuple[dict[str, Any], ...]
    index_seconds: float
    search_seconds: float
    index_facts: Mapping[str, int | float]
    provenance: Mapping[str, str]


def run_pipeline(
    spec: SystemSpec,
    documents: Iterable[Document],
    queries: Sequence[Query],
    *,
    depth: int,
    progress: Progress | None = None,
) -> Outcome:
    """Index ``documents`` and search ``queries`` to ``depth`` with the system that ``spec`` declares.

    Args:
        spec: a checked system; its last stage's run carries ``spec.system`` as tag.
        documents: streamed once.
        queries: all are searched; one without a matching document is absent from the run.
        depth: documents kept for each query.
        progress: called with the number of documents indexed so far.
    """
    stage = spec.pipeline[0]
    schema = RETRIEVERS[stage.retrieve]
    retriever: Retriever = check(stage.parameters, schema, where=f"pipeline[0] ({stage.retrieve})")
    begun = time.perf_counter()
    index = retriever.index(documents, progress=progress)
    indexed = time.perf_counter()
    index.search(queries[:1], depth, tag=spec.system)  # what is compiled or loaded once is not search time
    warm = time.perf_counter()
    run = index.search(queries, depth, tag=spec.system)
    searched = time.perf_counter()
    return Outcome(
        run=run,
        parameters=(TypeAdapter(schema).dump_python(retriever, mode="json"),),
        index_seconds=indexed - begun,
        search_seconds=searched - warm,
        index_facts=dict(index.facts),
        provenance=retriever.provenance() if isinstance(retriever, Weighted) else {},
    )
