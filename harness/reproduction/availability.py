"""Whether a job can be run here, found out without loading or fetching anything."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.datasets.places import data_root, is_beir_folder, resolve
from harness.datasets.sources.table import SOURCES
from harness.datasets.spec import DatasetSpec
from harness.errors import UnavailableError
from harness.reproduction.plan import Job
from harness.retrievers.neural.checkpoint import locate
from harness.retrievers.spec import SystemSpec
from harness.retrievers.stage_spec import walk

OFFLINE_SETTINGS = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")
"""Environment variables that keep the Hugging Face libraries from the network."""


Catalogue = Mapping[str, DatasetSpec]


def obstacle(job: Job, specs: Catalogue, *, offline: bool) -> str:
    """Why a job cannot be run here, or ``""``; with ``offline`` what may have to be fetched is a reason."""
    return (
        job.declared.missing
        or weights_obstacle(job.spec, offline=offline)
        or data_obstacle(job.dataset, specs, offline=offline)
    )


def weights_obstacle(spec: SystemSpec, *, offline: bool) -> str:
    """Why the weights of a system's stages cannot be read here, or ``""``; online the hub is not asked."""
    for _, stage in walk(spec.pipeline):
        for named in (stage.parameters, stage.parameters.get("model")):
            obstacle = _checkpoint_obstacle(named, offline=offline) if isinstance(named, dict) else ""
            if obstacle:
                return obstacle
    return ""


def _checkpoint_obstacle(named: dict[str, Any], *, offline: bool) -> str:
    """Why the weights that a stage or its model names cannot be read here, or ``""``."""
    checkpoint, revision = named.get("checkpoint"), named.get("revision")
    if not isinstance(checkpoint, str) or (not offline and _on_hub(checkpoint)):
        return ""
    try:
        with network(offline=True):
            locate(checkpoint, revision)
    except UnavailableError as error:
        why = "needs the hub: " if _on_hub(checkpoint) else ""
        return why + str(error).partition("\n")[0]
    return ""


def _on_hub(checkpoint: str) -> bool:
    return not checkpoint.startswith(("package:", "/", "./", "../", "~"))


def data_obstacle(dataset: str, specs: Catalogue, *, offline: bool) -> str:
    """Why the data of a catalogue entry cannot be read here, or ``""``.

    Archives and ir_datasets keep what they fetched in places of their own, which are not looked into; offline
    only the demo collection and folders in BEIR layout are used.
    """
    place = data_root() / dataset
    if is_beir_folder(place) or dataset not in specs:
        return ""  # an unknown name is a fault of the file, which loading will name
    source = specs[dataset].source
    if source is None or source.kind == "demo":
        return ""
    if source.kind == "folder":
        folder: Path = resolve(source.path)
        return "" if is_beir_folder(folder) else f"{folder} holds no corpus.jsonl; {source.where}"
    if offline:
        return f"offline, {dataset} is read only from a folder in BEIR layout, and {place} is none"
    absent = SOURCES.missing(source.kind)
    return str(absent) if absent else ""


def needs_download(job: Job, specs: Catalogue) -> bool:
    """Whether a job that can run here may fetch data or weights for it."""
    offline, online = (obstacle(job, specs, offline=offline) for offline in (True, False))
    return bool(offline and not online)


@contextmanager
def network(*, offline: bool) -> Iterator[None]:
    """Tell the Hugging Face libraries to stay offline, if so, while the block runs.

    They look when they are first imported, so a process that has used them online before is not held back.
    """
    before = {name: os.environ.get(name) for name in OFFLINE_SETTINGS}
    if offline:
        os.environ.update(dict.fromkeys(OFFLINE_SETTINGS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
