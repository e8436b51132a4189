"""Running stages one after another: each is looked up by its key, or done and kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from harness.errors import CommandError
from harness.rankings import Run, cut
from harness.records import Query
from harness.retrievers.base import Weighted
from harness.retrievers.code_version import code_version
from harness.retrievers.judged_before import Answers
from harness.retrievers.line import Line
from harness.retrievers.neural.size import model_parameters
from harness.retrievers.plan import parameters_of
from harness.retrievers.prepared import Prepared
from harness.retrievers.reranking import rerank
from harness.retrievers.searchable import Searchable
from harness.retrievers.stage_cache import Kept, StageCache, key_of
from harness.retrievers.stage_spec import RERANK_DEPTH, Stage
from harness.retrievers.stages import Answer, Searched
from harness.retrievers.work import Corpus, StageDone, StageProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What all stages of a pipeline share.

    Attributes:
        queries: all queries, with the hash of their ids and texts.
        depth: documents kept for each query where a stage does not say.
        more: how many more every run keeps, because the protocol may drop as many.
        protocol: hash of what the protocol drops; empty where it drops nothing.
        tag: of every run.
        clean: the data set's protocol, for runs of documents.
        cache: outputs kept; None keeps none.
        since: POSIX time before which no answer of a re-ranker is taken.
        progress: told what is counted.
    """

    queries: Sequence[Query]
    queries_key: str
    depth: int
    more: int
    protocol: str
    tag: str
    clean: Callable[[Run], Run]
    cache: StageCache | None
    since: float
    progress: StageProgress


def run_line(stages: Sequence[Stage], corpus: Corpus, context: Context) -> Line:
    """Run the stages of one line; its branches are lines that start from the same documents."""
    line = Line(corpus=corpus, shown=corpus, whole=corpus)
    for stage in stages:
        line = _prepared(line, stage) if stage.kind == "prepare" else _ranked(line, stage, corpus, context)
    return line


def _prepared(line: Line, stage: Stage) -> Line:
    preparer = parameters_of(stage)
    parameters, provenance = _described(stage, preparer)
    prepared = Prepared(preparer=preparer, source=line.corpus.documents)
    done = StageDone(
        kind=stage.kind, name=stage.name, parameters=parameters, depth=None, provenance=provenance,
        seconds=0.0, facts=model_parameters(provenance), cached=False,
        key=_key(stage, parameters, provenance, line.corpus.key),
    )  # fmt: skip
    return line.after_preparing(prepared, done)


def _ranked(line: Line, stage: Stage, start: Corpus, context: Context) -> Line:
    """A stage that gives a run."""
    made = parameters_of(stage)
    parameters, provenance = _described(stage, made)
    branches = tuple(run_line(branch, start, context) for branch in stage.branches)
    depth = stage.depth or (RERANK_DEPTH if stage.kind == "rerank" else context.depth)
    if stage.kind != "rerank":
        depth += context.more
    passages = line.passages and stage.kind != "group"
    texts = [line.corpus.key, line.shown.key, context.queries_key]
    inputs = [*texts, line.key, *(branch.key for branch in branches)]
    key = _key(stage, parameters, provenance, depth, "" if passages else context.protocol, *inputs)
    searchable = line.searchable
    if stage.kind == "retrieve":
        progress = partial(context.progress, "documents indexed")
        searchable = Searchable(
            retriever=made,
            corpus=line.corpus,
            progress=progress,
            key=_key(stage, parameters, provenance, line.corpus.key),
            since=context.cache.since if context.cache else 0.0,
        )
    line = replace(line, searchable=searchable, passages=passages)
    kept = context.cache.find(key) if context.cache else None
    cached = kept is not None
    if kept is None:
        kept = _kept(stage, made, line, branches, depth, context)
        if context.cache:
            context.cache.keep(key, kept)
    done = StageDone(
        kind=stage.kind, name=stage.name, parameters=parameters, depth=depth, provenance=provenance,
        seconds=kept.told["seconds"], facts={**kept.told["facts"], **model_parameters(provenance)},
        key=key, cached=cached, branches=tuple(branch.done for branch in branches),
    )  # fmt: skip
    if stage.kind == "retrieve":
        line = line.with_counts(kept.told.get("prepared", []), cached=cached)
    if stage.kind == "group":
        line = replace(line, corpus=line.whole, shown=line.whole)
    run = replace(kept.run, tag=context.tag)  # another system may have kept it
    return replace(line, run=run, key=key, done=(*line.done, done))


def _kept(
    stage: Stage, made: Any, line: Line, branches: Sequence[Line], depth: int, context: Context
) -> Kept:
    """Do the stage's work, timed; the protocol is applied to runs of documents at once."""
    begun = time.perf_counter()
    answer = _VERBS[stage.kind](stage, made, line, branches, depth, context)
    seconds = time.perf_counter() - begun
    run = answer.run if line.passages else context.clean(answer.run)
    told: dict[str, Any] = {"seconds": round(seconds, 4), "facts": dict(answer.facts)}
    if stage.kind == "retrieve":
        told["prepared"] = [prepared.counts() for prepared in line.prepared]
    return Kept(run, told)


def _retrieve(
    stage: Stage, made: Any, line: Line, branches: Sequence[Line], depth: int, context: Context
) -> Answer:
    searchable = line.searchable
    if searchable is None:
        raise CommandError(f"{stage.name} has no collection.")
    return searchable.search(context.queries, depth, context.tag)


def _feedback(
    stage: Stage, made: Any, line: Line, branches: Sequence[Line], depth: int, context: Context
) -> Answer:
    run, searchable = line.ranking()
    searched = Searched(
        run=run,
        retriever=searchable.retriever,
        index=searchable.index,
        lookup=line.corpus.lookup,
        documents=line.shown.documents,
    )
    answer: Answer = made.search(searched, context.queries, depth, tag=context.tag)
    return answer


def _rerank(
    stage: Stage, made: Any, line: Line, branches: Sequence[Line], depth: int, context: Context
) -> Answer:
    run, _ = line.ranking()
    parameters, provenance = _described(stage, made)
    answers = Answers(identity=_key(stage, parameters, provenance), since=context.since)
    progress = partial(context.progress, "queries re-ranked")
    return rerank(
        made, run, context.queries, line.shown.lookup,
        depth=depth, tag=context.tag, answers=answers, progress=progress,
    )  # fmt: skip


def _group(
    stage: Stage, made: Any, line: Line, branches: Sequence[Line], depth: int, context: Context
) -> Answer:
    run, _ = line.ranking()
    grouped = made.group(run, depth, tag=context.tag)
    return Answer(grouped, {"passages_grouped": len(run), "documents_ranked": len(grouped)})


def _fuse(
    stage: Stage, made: Any, line: Line, branches: Sequence[Line], depth: int, context: Context
) -> Answer:
    runs = [each.ranking()[0] for each in (line, *branches)]
    fused = cut(made.fuse(runs, depth, tag=context.tag), depth)
    return Answer(fused, {"runs": len(runs), "documents_ranked": len(fused)})


_VERBS: Mapping[str, Callable[..., Answer]] = {
    "retrieve": _retrieve,
    "feedback": _feedback,
    "rerank": _rerank,
    "group": _group,
    "fuse": _fuse,
}


def _described(stage: Stage, made: Any) -> tuple[dict[str, Any], Mapping[str, str]]:
    """All parameters as plain values, defaults too, and the weights."""
    parameters: dict[str, Any] = TypeAdapter(stage.table[stage.name]).dump_python(made, mode="json")
    return parameters, (made.provenance() if isinstance(made, Weighted) else {})


def _key(stage: Stage, parameters: Mapping[str, Any], provenance: Mapping[str, str], *inputs: Any) -> str:
    return key_of(
        kind=stage.kind,
        name=stage.name,
        parameters=parameters,
        provenance=dict(provenance),
        code=code_version(stage.table[stage.name].__module__),
        inputs=inputs,
    )
