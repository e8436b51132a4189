"""The upload: one run with its card, or a folder or archive of several, brought into one form."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from harness.errors import CommandError
from harness.submissions.archive import is_archive, unpack
from harness.submissions.limits import SubmissionLimits
from harness.submissions.manifest import read_manifest
from harness.submissions.names import unsafe
from harness.submissions.receipt import Finding, broken, finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What somebody hands in.

    Attributes:
        path: a run file, a folder, or a zip or tar (plain, gzip or zstd), told apart by content.
        card: of a run file, its card.
        dataset: of a run file, the data set; where it is not given, the card says it.
        name: what the file is called in findings; by default its own name.
    """

    path: Path
    card: Path | None = None
    dataset: str | None = None
    name: str | None = None

    @property
    def shown(self) -> str:
        """What the upload is called in findings."""
        return self.name or self.path.name


class Submitted(NamedTuple):
    """A run of an upload: its files, their names there, and the data set if the upload names one."""

    run: Path
    card: Path
    run_name: str
    card_name: str
    dataset: str | None


def require_files(upload: Upload) -> None:
    """See that the files that somebody names are there, before anything is recorded about them.

    Raises:
        CommandError: there is no such run file, folder, archive or card; what is wrong with their content
            is a finding of the submission.
    """
    problems = []
    if not upload.path.exists():
        problems.append(f"There is no file or folder {upload.path}.")
    elif not (upload.path.is_file() or upload.path.is_dir()):
        problems.append(f"{upload.path} is a pipe or a device; write the run to a file first.")
    if upload.card is not None and not upload.card.is_file():
        problems.append(f"There is no card {upload.card}.")
    elif upload.card is None and upload.path.is_file() and not is_archive(upload.path):
        problems.append(f"The run {upload.path} needs its card: --card FILE; --template prints one.")
    if problems:
        raise CommandError(" ".join([*problems, "Nothing was handed in."]))


def open_upload(
    upload: Upload, scratch: Path, limits: SubmissionLimits
) -> tuple[list[Submitted], list[Finding]]:
    """The runs of an upload, each as two plain files, and what is wrong with the upload as a whole.

    Args:
        upload: what was handed in; nothing of it is changed.
        scratch: an empty folder to unpack into.
        limits: how much of everything is looked at.
    """
    path = upload.path
    if path.is_dir() and not path.is_symlink():
        return _listed(*_folder(path, upload.shown, limits), upload, limits)
    if not path.is_file():
        return [], [finding("upload-missing", upload.shown, "There is no such file or folder.")]
    if path.stat().st_size > limits.upload_bytes:
        text = f"It has {path.stat().st_size} bytes; at most {limits.upload_bytes} are accepted."
        return [], [finding("upload-too-large", upload.shown, text)]
    if is_archive(path):
        return _listed(*unpack(path, upload.shown, scratch, limits), upload, limits)
    if upload.card is None:
        text = "A run needs its card beside it: say how the run was made in a card.yaml."
        return [], [finding("card-missing", upload.shown, text)]
    if not upload.card.is_file():
        return [], [finding("upload-missing", upload.card.name, "There is no such card.")]
    single = Submitted(path, upload.card, upload.shown, upload.card.name, upload.dataset)
    return [single], []


def _folder(folder: Path, shown: str, limits: SubmissionLimits) -> tuple[dict[str, Path], list[Finding]]:
    """The plain files of a folder by their relative names."""
    files: dict[str, Path] = {}
    found: list[Finding] = []
    total = 0
    for place, names, inside in os.walk(folder):
        links = [name for name in names if (Path(place) / name).is_symlink()]
        for name in sorted([*inside, *links]):
            path = Path(place) / name
            relative = path.relative_to(folder).as_posix()
            if path.is_symlink() or not path.is_file():
                found.append(finding("archive-link", f"{shown}/{relative}", "It is no plain file."))
                continue
            if reason := unsafe(relative):
                found.append(finding("archive-path", shown, f"{relative!r}: {reason}."))
            total += path.stat().st_size
            files[relative] = path
        if len(files) + len(found) > limits.archive_entries:
            text = f"It holds more than {limits.archive_entries} files."
            return {}, [finding("archive-entries", shown, text)]
    if total > limits.unpacked_bytes:
        found.append(finding("archive-too-large", shown, f"It has more than {limits.unpacked_bytes} bytes."))
    return files, found


def _listed(
    files: dict[str, Path], found: list[Finding], upload: Upload, limits: SubmissionLimits
) -> tuple[list[Submitted], list[Finding]]:
    if broken(found):
        return [], found
    runs, wrong = read_manifest(files, upload.shown, limits)
    if len(runs) > limits.runs:
        wrong = [finding("too-many-runs", upload.shown, f"It holds more than {limits.runs} runs.")]
    if broken(wrong):
        return [], [*found, *wrong]
    used = {name for item in runs for name in (item.run, item.card)}
    spare = sorted(name for name in files if name not in used and not name.endswith("manifest.yaml"))
    notes = [finding("unused-file", f"{upload.shown}/{name}", "No run uses this file.") for name in spare]
    submitted = [
        Submitted(
            files[item.run],
            files[item.card],
            f"{upload.shown}/{item.run}",
            f"{upload.shown}/{item.card}",
            item.dataset or upload.dataset,
        )
        for item in runs
    ]
    return submitted, [*found, *wrong, *notes]
