"""Run a declared system on a data set and leave its run file and card in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.datasets.dataset import Dataset, load_dataset
from harness.datasets.fingerprint import fingerprint
from harness.errors import RunFileError
from harness.files import require_writable_folder
from harness.retrievers.pipeline import run_pipeline
from harness.retrievers.run_card import make_card
from harness.retrievers.spec import SystemSpec, read_system
from harness.retrievers.stage_cache import StageCache, key_of
from harness.retrievers.stage_spec import require_extras
from harness.retrievers.work import Corpus, StageProgress
from harness.runfiles.card import CARD_NAME, RUN_NAME, RunCard, write_card
from harness.runfiles.tracking import tracked
from harness.runfiles.writer import write_run


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
        MissingExtraError, CommandError: optional packages of its stages, engines or backends are absent, or
            ``out`` cannot be written to.
        UnavailableError: the data cannot be reached from here.
        RunFileError: the system returned nothing for any query.
    """
    spec = baseline if isinstance(baseline, SystemSpec) else read_system(Path(baseline), system)
    require_extras(spec.pipeline)
    require_writable_folder(Path(out))
    data = dataset if isinstance(dataset, Dataset) else load_dataset(dataset)
    depth = min(spec.depth, data.spec.depth)
    prints = fingerprint(data)
    with tracked() as used:
        outcome = run_pipeline(
            spec,
            Corpus(documents=data.documents, key=prints.documents),
            data.queries,
            depth=depth,
            more=_dropped(data),
            protocol=_protocol(data),
            clean=data.as_scored,
            cache=cache or (StageCache() if len(spec.pipeline) > 1 else None),
            progress=progress,
        )
    if not len(outcome.run):
        raise RunFileError(
            f"{spec.system} returned no document for any of the {len(data.queries)} queries of {data.name}; "
            "an empty run is not written."
        )
    run_path, card_path = Path(out) / RUN_NAME, Path(out) / CARD_NAME
    card = make_card(spec, data, outcome, prints, depth=depth, used=used.measures)
    write_run(outcome.run, run_path)
    write_card(card, card_path)
    return Executed(run_path=run_path, card_path=card_path, card=card, dataset=data)


def _dropped(data: Dataset) -> int:
    """The most documents that the data set's protocol may drop from one query's ranking."""
    excluded = max(map(len, data.excluded.values()), default=0) if data.excluded else 0
    return excluded + int(data.spec.quirks.drop_self_matches)


def _protocol(data: Dataset) -> str:
    """Hash of the data set's quirks and of the ids that they exclude."""
    excluded = sorted((query, sorted(ids)) for query, ids in (data.excluded or {}).items())
    return key_of(quirks=data.spec.quirks.model_dump(mode="json"), excluded=excluded)
