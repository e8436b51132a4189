"""Run a declared system on a data set and leave its run file and card in a folder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.datasets.dataset import Dataset, load_dataset
from harness.datasets.fingerprint import Fingerprints as DataPrints
from harness.datasets.fingerprint import fingerprint
from harness.errors import RunFileError
from harness.rankings import cut
from harness.retrievers.pipeline import run_pipeline
from harness.retrievers.spec import SystemSpec, read_system
from harness.retrievers.stage_cache import StageCache
from harness.retrievers.work import Corpus, Outcome, StageDone, StageProgress
from harness.runfiles.card import (
    CARD_NAME,
    RUN_NAME,
    Fingerprints,
    RunCard,
    RunIdentity,
    StageCard,
    Timings,
    write_card,
)
from harness.runfiles.environment import git_state, hardware, versions
from harness.runfiles.writer import run_sha256, write_run

PACKAGES = ("python", "retrieval-harness", "numpy", "numba")
WEIGHTED_PACKAGES = ("torch", "transformers", "sentence-transformers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What :func:`run` leaves behind: the two files, the card and the data set it ran on."""

    run_path: Path
    card_path: Path
    card: RunCard
    dataset: Dataset


def run(
    baseline: str | Path | SystemSpec,
    dataset: str | Dataset,
    out: str | Path,
    *,
    system: str | None = None,
    cache: StageCache | None = None,
    progress: StageProgress = lambda _what, _count: None,
) -> Executed:
    """Run a declared system on a data set and write ``out/run.trec.gz`` and ``out/card.yaml``.

    The card is written last and names the run's hash, so that a card never speaks for half a run.

    Args:
        baseline: a YAML file of ``baselines/`` or a checked spec.
        dataset: a name of the catalogue, the path of a folder in BEIR layout, or a loaded data set.
        out: the folder to write to; made if absent.
        system: which system of a file with a ``matrix``.
        cache: outputs of stages kept by the hash of their inputs. The default takes and keeps them where the
            pipeline has several stages; ``StageCache(since=time.time())`` makes everything again.
        progress: called with what is counted, for example ``documents indexed``, and how many are done.

    Raises:
        SpecError: the baseline's file breaks its schema.
        UnknownNameError: there is no such data set or retriever.
        UnavailableError: the data cannot be reached from here.
        RunFileError: the system returned nothing for any query.
    """
    spec = baseline if isinstance(baseline, SystemSpec) else read_system(Path(baseline), system)
    data = dataset if isinstance(dataset, Dataset) else load_dataset(dataset)
    depth = min(spec.depth, data.spec.depth)
    prints = fingerprint(data)
    outcome = run_pipeline(
        spec,
        Corpus(documents=data.documents, key=prints.documents),
        data.queries,
        depth=depth,
        more=_dropped(data),
        clean=data.as_scored,
        cache=cache or (StageCache() if len(spec.pipeline) > 1 else None),
        progress=progress,
    )
    result = cut(outcome.run, depth)
    if not len(result):
        raise RunFileError(
            f"{spec.system} returned no document for any of the {len(data.queries)} queries of {data.name}; "
            "an empty run is not written."
        )
    run_path, card_path = Path(out) / RUN_NAME, Path(out) / CARD_NAME
    card = _card(spec, data, outcome, prints, depth)
    write_run(result, run_path)
    write_card(card, card_path)
    return Executed(run_path=run_path, card_path=card_path, card=card, dataset=data)


def _dropped(data: Dataset) -> int:
    """The most documents that the data set's protocol may drop from one query's ranking."""
    excluded = max(map(len, data.excluded.values()), default=0) if data.excluded else 0
    return excluded + int(data.spec.quirks.drop_self_matches)


def _card(spec: SystemSpec, data: Dataset, outcome: Outcome, prints: DataPrints, depth: int) -> RunCard:
    result = outcome.run
    queries = len(data.queries)
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
        timings=Timings(
            index_seconds=round(outcome.index_seconds, 4),
            search_seconds=round(outcome.search_seconds, 4),
            queries_per_second=round(queries / max(outcome.search_seconds, 1e-9), 1),
        ),
        index=dict(outcome.index_facts),
        run=RunIdentity(sha256=run_sha256(result), rows=len(result), queries=len(result.queries)),
        fingerprints=Fingerprints(**asdict(prints)),
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
