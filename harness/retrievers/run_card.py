"""The card of a run made here: what the pipeline did, on what data, with what machine and software."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.datasets.dataset import Dataset
from harness.datasets.fingerprint import Fingerprints as DataPrints
from harness.retrievers.spec import SystemSpec
from harness.retrievers.work import Outcome, StageDone
from harness.runfiles.card import Fingerprints, Latency, RunCard, RunIdentity, StageCard, Timings
from harness.runfiles.environment import git_state, hardware, versions
from harness.runfiles.runtime import runtime
from harness.runfiles.writer import run_sha256

PACKAGES = ("python", "retrieval-harness", "numpy", "numba")
WEIGHTED_PACKAGES = ("torch", "transformers", "sentence-transformers")


def make_card(
    spec: SystemSpec,
    data: Dataset,
    outcome: Outcome,
    prints: DataPrints,
    *,
    depth: int,
    used: Mapping[str, float | str],
) -> RunCard:
    """The card of ``outcome.run``; call it after the work, since what was loaded is part of it.

    Args:
        spec: the system.
        data: what it ran on.
        outcome: what its pipeline gave.
        prints: fingerprints of ``data``.
        depth: documents asked for, for each query.
        used: resources as tirex-tracker measured them; empty without it.
    """
    result = outcome.run
    return RunCard(
        schema_version=1,
        system=spec.system,
        dataset=data.name,
        split=data.spec.split,
        family=spec.family,
        description=spec.description,
        pipeline=[_stage_card(stage) for stage in outcome.stages],
        tag=spec.system,
        created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        depth=depth,
        input_fields=spec.input_fields,
        links=spec.links,
        checkpoint=outcome.provenance.get("checkpoint"),
        revision=outcome.provenance.get("revision"),
        seeds=spec.seeds,
        versions=versions(PACKAGES + (WEIGHTED_PACKAGES if outcome.provenance else ())),
        git=git_state(Path(__file__).parent),
        hardware=hardware(),
        runtime=runtime(),
        timings=_timings(outcome, len(data.queries)),
        resources=dict(used),
        index=dict(outcome.index_facts),
        run=RunIdentity(sha256=run_sha256(result), rows=len(result), queries=len(result.queries)),
        fingerprints=Fingerprints(**asdict(prints)),
    )


def _timings(outcome: Outcome, queries: int) -> Timings:
    """Wall times; the latency of one query only where one retriever is the whole pipeline."""
    facts: Mapping[str, Any] = outcome.stages[0].facts if len(outcome.stages) == 1 else {}
    measured = {p: facts[f"latency_ms_{p}"] for p in Latency.model_fields if f"latency_ms_{p}" in facts}
    return Timings(
        index_seconds=round(outcome.index_seconds, 4),
        search_seconds=round(outcome.search_seconds, 4),
        queries_per_second=round(queries / max(outcome.search_seconds, 1e-9), 1),
        latency_ms=Latency(**measured) if measured else None,
    )


def _stage_card(stage: StageDone) -> StageCard:
    return StageCard(
        stage=stage.kind,
        name=stage.name,
        parameters=stage.parameters,
        depth=stage.depth,
        checkpoint=stage.provenance.get("checkpoint"),
        revision=stage.provenance.get("revision"),
        seconds=stage.seconds,
        facts=stage.facts,
        key=stage.key,
        cached=stage.cached,
        branches=[[_stage_card(each) for each in branch] for branch in stage.branches],
    )
