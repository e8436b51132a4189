"""A pipeline: a declared system run over one data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from harness.rankings import Run, cut
from harness.records import Query
from harness.retrievers.spec import SystemSpec
from harness.retrievers.stage_cache import StageCache, key_of
from harness.retrievers.stage_runner import Context, run_line
from harness.retrievers.work import Corpus, Outcome, StageDone, StageProgress

TIMES = ("search_", "index_seconds", "index_load_", "latency_", "encode_", "accuracy_at_")


def run_pipeline(
    spec: SystemSpec,
    corpus: Corpus,
    queries: Sequence[Query],
    *,
    depth: int,
    more: int = 0,
    protocol: str = "",
    clean: Callable[[Run], Run] = lambda run: run,
    cache: StageCache | None = None,
    progress: StageProgress = lambda _what, _count: None,
) -> Outcome:
    """Run the system that ``spec`` declares.

    Args:
        spec: a checked system; every run carries ``spec.system`` as tag.
        corpus: the documents.
        queries: all are searched; one without a matching document is absent from the run.
        depth: documents kept for each query.
        more: documents of a query that ``clean`` may drop, so that dropping costs no rank.
        protocol: hash of what decides ``clean``; kept outputs are those of the same protocol.
        clean: the data set's protocol, applied to every run of documents.
        cache: outputs of stages kept by their hash; None keeps none and takes none.
        progress: called with what is counted and how many are done.
    """
    context = Context(
        queries=queries,
        queries_key=key_of(queries=sorted([query.id, query.text] for query in queries)),
        depth=depth,
        more=more,
        protocol=protocol,
        tag=spec.system,
        clean=clean,
        cache=cache,
        since=cache.since if cache else float("inf"),
        progress=progress,
    )
    line = run_line(spec.pipeline, corpus, context)
    run, _ = line.ranking()
    done = tuple(_all(line.done))
    indexing = sum(stage.facts.get("index_seconds", 0.0) for stage in done)
    searching = sum(stage.facts.get("search_seconds", stage.seconds) for stage in done)
    return Outcome(
        run=cut(run, depth),
        stages=line.done,
        index_seconds=indexing,
        search_seconds=searching,
        index_facts=_first_index(done),
        provenance=next(
            (stage.provenance for stage in reversed(done) if "checkpoint" in stage.provenance), {}
        ),
    )


def _all(stages: Sequence[StageDone]) -> Iterator[StageDone]:
    for stage in stages:
        for branch in stage.branches:
            yield from _all(branch)
        yield stage


def _first_index(done: Sequence[StageDone]) -> dict[str, Any]:
    """What the first retriever says of its index, without what it says of its time."""
    facts = next((stage.facts for stage in done if stage.kind == "retrieve"), {})
    return {name: value for name, value in facts.items() if not name.startswith(TIMES)}
