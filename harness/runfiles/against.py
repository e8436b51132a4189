"""Validate a run file against the data set it was made for."""

from __future__ import annotations

from pathlib import Path

from harness.datasets.dataset import Dataset, load_dataset
from harness.runfiles.blocks import require_run_file
from harness.runfiles.validation import Validation, validate


def validate_run(run: str | Path, dataset: str | Dataset | None = None) -> Validation:
    """Find everything that is wrong with a run file.

    Args:
        run: a file in TREC format: plain, gzip or zstd.
        dataset: a name of the catalogue, the path of a folder in BEIR layout, or a loaded data set; without
            one only what the file alone shows is checked.

    Raises:
        RunFileError: there is no such run file.
        UnknownNameError: there is no such data set.
        UnavailableError: its data cannot be reached from here.
    """
    if dataset is None:
        return validate(Path(run))
    require_run_file(Path(run))  # before a data set is fetched for it
    data = dataset if isinstance(dataset, Dataset) else load_dataset(dataset)
    return validate(
        Path(run),
        queries={query.id for query in data.all_queries},
        documents=lambda: (document.id for document in data.documents()),
        judged=data.qrels.queries.tolist(),
        depth=data.spec.depth,
        drop_self_matches=data.spec.quirks.drop_self_matches,
    )
