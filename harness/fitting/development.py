"""Splits that may be fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from harness.datasets.catalogue import load_catalogue
from harness.datasets.dataset import Dataset, folder_spec, load_dataset
from harness.errors import CommandError, HarnessError

TEST: Final = "test"


def development(dataset: str, split: str) -> Dataset:
    """A split of a data set that may be fitted on.

    Raises:
        CommandError: it is the one that is scored, or shares judged queries with one that is.
        UnknownNameError, UnavailableError, DatasetError: as :func:`harness.load_dataset`.
    """
    catalogue = load_catalogue()
    known = dataset in catalogue
    spec = catalogue[dataset] if known else folder_spec(Path(dataset).resolve())
    scored = {TEST, spec.split}
    if split in scored:
        raise CommandError(
            f"Parameters are not fitted on the judgments that systems are scored by: {dataset} is scored by "
            f"its split {spec.split!r}; found {split!r}. Name a development split, for example dev."
        )
    if not known:
        _require_split(Path(dataset), split)
    name = dataset if known else Path(dataset).resolve().name
    key = (
        name if known else f"{name} at {split}"
    )  # so that no folder of that name below $HARNESS_DATA is meant
    data = replace(
        load_dataset(key, {key: spec.model_copy(update={"split": split, "counts": None})}), name=name
    )
    judged = set(data.qrels.queries.tolist())
    for other in sorted(scored):
        shared = judged & _judged(data, other)
        if shared:
            raise CommandError(
                f"The split {split!r} of {dataset} judges {len(shared)} queries that {other!r} judges, too, "
                f"for example {min(shared)}; fitting on it would be fitting on what is scored."
            )
    return data


def _require_split(folder: Path, split: str) -> None:
    """Refuse a split that a folder in BEIR layout does not have, with those that it has."""
    splits = sorted(path.stem for path in (folder / "qrels").glob("*.tsv"))
    if splits and split not in splits:
        raise CommandError(f"{folder} has no split {split!r}; it has {', '.join(splits)}.")


def _judged(data: Dataset, split: str) -> set[str]:
    """The judged queries of a split; none where the source has no such split."""
    try:
        found: Sequence[str] = data.source.qrels(split).queries.tolist()
    except HarnessError:
        return set()
    return set(found)
