"""Unpacking zip and tar inside limits: bounded bytes, bounded names, plain files only."""

from __future__ import annotations

import gzip
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import zstandard
from isal import isal_zlib

from harness.files import open_binary
from harness.submissions.limits import SubmissionLimits
from harness.submissions.names import looks_nested, unsafe
from harness.submissions.receipt import Finding, finding

CHUNK = 2**20
HEADER_BYTES = 64 * 2**10  # of one extended header of tar; a longest name has a fraction of it
BLOCK = 512
# isal's stub declares its error as an instance.
DAMAGE = (
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    zlib.error,
    gzip.BadGzipFile,
    cast("type[Exception]", isal_zlib.IsalError),
    zstandard.ZstdError,
    tarfile.TarError,
    zipfile.BadZipFile,
    RuntimeError,
)
EXTENDED = {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME,
            tarfile.GNUTYPE_LONGLINK}  # fmt: skip


class StopUnpackingError(Exception):
    """Unpacking ends here; caught in this module and turned into a finding."""

    def __init__(self, code: str, message: str, name: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.name = code, message, name


def unpack(
    path: Path, shown: str, scratch: Path, limits: SubmissionLimits
) -> tuple[dict[str, Path], list[Finding]]:
    """Unpack an archive into files with names of our own.

    Args:
        path: the archive.
        shown: what it is called in findings.
        scratch: an empty folder for its files.
        limits: how much may come out.

    Returns:
        name in the archive to file, and why it was not unpacked; with an error there are no files.
    """
    files: dict[str, Path] = {}
    try:
        budget = _Budget(path.stat().st_size, limits)
        members = _zip_members if zipfile.is_zipfile(path) else _tar_members
        for name, stream in members(path, scratch, budget):
            _check_name(name, files)
            files[name] = _extract(name, stream, scratch / f"file-{len(files)}", budget)
    except StopUnpackingError as stop:
        where = f"{shown}/{stop.name}" if stop.name else shown
        return {}, [finding(stop.code, where, stop.message)]
    except DAMAGE as error:
        return {}, [finding("archive-damaged", shown, f"The archive cannot be read to its end: {error}")]
    return files, []


def is_archive(path: Path) -> bool:
    """Whether a file is a zip or a tar (plain, gzip or zstd), by its first bytes."""
    try:
        if zipfile.is_zipfile(path):
            return True
        with open_binary(path) as stream:
            return stream.read(262)[257:262] == b"ustar"
    except DAMAGE:
        return False


class _Budget:
    """Counts what comes out of an archive."""

    def __init__(self, size: int, limits: SubmissionLimits) -> None:
        self.entries = 0
        self.bytes = 0
        self._limits = limits
        self._ratio = max(limits.ratio_grace, limits.ratio * size)

    def entry(self) -> None:
        """One more file or folder."""
        self.entries += 1
        if self.entries > self._limits.archive_entries:
            raise StopUnpackingError(
                "archive-entries", f"There are more than {self._limits.archive_entries} files in it."
            )

    def take(self, count: int) -> None:
        """So many more bytes."""
        self.bytes += count
        if self.bytes > self._limits.unpacked_bytes:
            raise StopUnpackingError(
                "archive-too-large", f"More than {self._limits.unpacked_bytes} bytes come out of it."
            )
        if self.bytes > self._ratio:
            raise StopUnpackingError(
                "archive-ratio", f"It unpacks to more than {self._limits.ratio} times its own size."
            )


def _check_name(name: str, files: dict[str, Path]) -> None:
    reason = unsafe(name)
    if reason:
        raise StopUnpackingError("archive-path", f"{name[:200]!r} cannot be unpacked: {reason}.")
    if name in files:
        raise StopUnpackingError("archive-duplicate", "The archive holds this name twice.", name)


def _extract(name: str, stream: IO[bytes], target: Path, budget: _Budget) -> Path:
    head = b""
    with target.open("wb") as out:
        while chunk := stream.read(CHUNK):
            head = head or chunk[:BLOCK]
            budget.take(len(chunk))
            out.write(chunk)
    if looks_nested(name, head):
        raise StopUnpackingError("archive-nested", "An archive inside an archive is not looked into.", name)
    return target


def _zip_members(path: Path, _scratch: Path, budget: _Budget) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            budget.entry()
            name = info.orig_filename if unsafe(info.orig_filename) else info.filename
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise StopUnpackingError("archive-link", "It is a link or a device, not a plain file.", name)
            if info.flag_bits & 1:
                raise StopUnpackingError("archive-encrypted", "The file is encrypted.", name)
            if info.is_dir():
                _check_name(name.rstrip("/"), {})
                continue
            _check_name(name, {})
            with archive.open(info) as stream:
                yield name, stream


def _tar_members(path: Path, scratch: Path, budget: _Budget) -> Iterator[tuple[str, IO[bytes]]]:
    plain = scratch / "archive.tar"
    bound = _Budget(path.stat().st_size, budget._limits)
    with open_binary(path) as stream, plain.open("wb") as out:
        while chunk := stream.read(CHUNK):
            bound.take(len(chunk))
            out.write(chunk)
    _check_headers(plain, budget)
    with tarfile.open(plain, mode="r:") as archive:
        for member in archive:
            if member.isdir():
                _check_name(member.name, {})
                continue
            if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE):
                raise StopUnpackingError(
                    "archive-link", "It is a link, a device or a sparse file, not a plain one.", member.name
                )
            _check_name(member.name, {})
            stream_of = archive.extractfile(member)
            if stream_of is not None:
                yield member.name, stream_of
    plain.unlink()


def _check_headers(plain: Path, budget: _Budget) -> None:
    """Look at every header before tarfile does, which takes extended ones into memory whatever their size."""
    size = plain.stat().st_size
    with plain.open("rb") as stream:
        while len(block := stream.read(BLOCK)) == BLOCK and block.strip(b"\0"):
            budget.entry()
            header = tarfile.TarInfo.frombuf(block, tarfile.ENCODING, "surrogateescape")
            if header.size < 0 or (header.type in EXTENDED and header.size > HEADER_BYTES):
                raise StopUnpackingError("archive-damaged", f"A header of tar claims {header.size} bytes.")
            stream.seek(-(-header.size // BLOCK) * BLOCK, 1)
            if stream.tell() > size:
                raise StopUnpackingError("archive-damaged", "The archive ends inside a file.")
