"""The manifest: which files of a submission are runs, of which data sets, with which cards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from harness.config import Strict, check
from harness.errors import SpecError
from harness.runfiles.card import CARD_NAME, RUN_NAME, Line
from harness.submissions.limits import SubmissionLimits
from harness.submissions.receipt import Finding, finding, from_problem
from harness.yaml_text import load_yaml

MANIFEST_NAME = "manifest.yaml"


class ManifestRun(Strict):
    """One run: its file and its card, by their names in the upload, and the data set it was made on."""

    dataset: Line | None = None
    run: Line
    card: Line


class Manifest(Strict):
    """The content of ``manifest.yaml``."""

    runs: tuple[ManifestRun, ...] = Field(min_length=1)


def read_manifest(
    files: Mapping[str, Path], shown: str, limits: SubmissionLimits
) -> tuple[tuple[ManifestRun, ...], list[Finding]]:
    """The runs of an upload: those the manifest lists, else every folder with a run and a card.

    Args:
        files: name in the upload to file.
        shown: what the upload is called in findings.
        limits: bytes of a manifest, number of runs.
    """
    name = min((name for name in files if Path(name).name == MANIFEST_NAME), key=len, default=None)
    if name is None:
        found = _pairs(files)
        return found, [] if found else [finding("manifest-missing", shown, _MISSING)]
    where = f"{shown}/{name}"
    if files[name].stat().st_size > limits.manifest_bytes:
        return (), [finding("manifest-invalid", where, f"It has more than {limits.manifest_bytes} bytes.")]
    try:
        manifest = check(load_yaml(files[name]), Manifest, where=where)
    except SpecError as error:
        problems = [from_problem("manifest-invalid", where, problem) for problem in error.problems]
        text = error.headline.replace(str(files[name]), where)
        return (), problems or [finding("manifest-invalid", where, text)]
    folder = name.removesuffix(MANIFEST_NAME)
    runs = tuple(
        item.model_copy(update={"run": folder + item.run, "card": folder + item.card})
        for item in manifest.runs
    )
    missing = sorted({part for item in runs for part in (item.run, item.card) if part not in files})
    text = "The upload holds no file of this name: {}. Names are relative to the manifest, with '/'."
    return runs, [finding("manifest-file", where, text.format(part)) for part in missing]


_MISSING = (
    f"There is no {MANIFEST_NAME}, and no folder has both a {CARD_NAME} and a {RUN_NAME}. Add a manifest: "
    "runs: [{dataset: NAME, run: FILE, card: FILE}, …]."
)


def _pairs(files: Mapping[str, Path]) -> tuple[ManifestRun, ...]:
    cards = sorted(name for name in files if name.rpartition("/")[2] == CARD_NAME)
    pairs = ((name, name.removesuffix(CARD_NAME) + RUN_NAME) for name in cards)
    return tuple(ManifestRun(run=run, card=card) for card, run in pairs if run in files)
