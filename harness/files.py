"""Files: written whole or not at all, read through whatever compression their first bytes show."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from harness.errors import CommandError

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
GZIP_LEVEL = 6
STRAY_AFTER = 24 * 3600.0
"""Seconds after which a temporary file belongs to no process any more."""

_strays: dict[Path, tuple[Path, ...]] = {}


def cache_folder() -> Path:
    """``$HARNESS_CACHE``, else ``retrieval-harness`` below ``$XDG_CACHE_HOME`` or ``~/.cache``.

    What lies there can be deleted at any time: it saves time and never changes a result.
    """
    if os.environ.get("HARNESS_CACHE"):
        return without_tilde(os.environ["HARNESS_CACHE"])
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"]) / "retrieval-harness"
    try:
        return Path.home() / ".cache" / "retrieval-harness"
    except RuntimeError:  # a user without a home, as in some containers
        return Path(tempfile.gettempdir()) / f"retrieval-harness-{os.getuid()}"


def without_tilde(path: str | Path) -> Path:
    """A path with ``~`` and ``~user`` written out; that of a user whom nobody knows stays as it is."""
    return Path(os.path.expanduser(path))  # noqa: PTH111  (the other way raises)


def require_writable_folder(folder: Path) -> None:
    """See that a folder, which is there or can be made, can be written to, before work is spent.

    Raises:
        CommandError: a file is in the way, or the folder may not be written to.
    """
    places = folder.absolute(), *folder.absolute().parents
    place = next(each for each in places if each.exists())
    if not place.is_dir():
        raise CommandError(f"Nothing can be written to the folder {folder}: {place} is a file.")
    if not os.access(place, os.W_OK):
        raise CommandError(f"Nothing can be written to the folder {folder}: {place} may not be written to.")


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that appears under its name only when the block ends without an error.

    The bytes go to a temporary file in the same folder, are flushed to the disk and renamed over ``path``;
    a crash leaves the old file, or none, and at worst a stray ``.NAME.*.tmp``. The next process that writes
    the same name removes those that are older than a day.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_strays(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _remove_strays(path: Path) -> None:
    """Remove what killed writes of a name left; nobody takes a day to write a file. A folder is read once."""
    if path.parent not in _strays:
        _strays[path.parent] = tuple(path.parent.glob(".*.????????.tmp"))
    for stray in _strays[path.parent]:
        if stray.name[:-13] == f".{path.name}":  # without the random part and .tmp, as mkstemp makes them
            with contextlib.suppress(OSError):  # gone already, or somebody else's
                if stray.is_file() and stray.stat().st_mtime < time.time() - STRAY_AFTER:
                    stray.unlink()


def compression_of(path: Path) -> str:
    """``"gzip"``, ``"zstd"`` or ``"none"``, by the file's first bytes rather than its name."""
    with path.open("rb") as stream:
        head = stream.read(4)
    if head.startswith(GZIP_MAGIC):
        return "gzip"
    return "zstd" if head.startswith(ZSTD_MAGIC) else "none"


@contextmanager
def open_binary(path: Path) -> Iterator[IO[bytes]]:
    """Open a plain, gzip or zstd file for reading bytes.

    gzip goes through isal (three times faster than zlib). Corrupt data raises ``gzip.BadGzipFile``,
    ``isal.isal_zlib.IsalError`` or ``zstandard.ZstdError`` while reading. Truncated data raises ``EOFError``:
    gzip at its end, zstd when it is opened.
    """
    kind = compression_of(path)
    if kind == "gzip":
        from isal import igzip

        with igzip.open(path, "rb") as stream:  # type: ignore[no-untyped-call]
            yield cast("IO[bytes]", stream)
    elif kind == "zstd":
        import zstandard

        _require_whole_frames(path)
        with (
            path.open("rb") as raw,
            zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as stream,
        ):
            yield cast("IO[bytes]", stream)
    else:
        with path.open("rb") as stream:
            yield stream


def _require_whole_frames(path: Path) -> None:
    """Raise ``EOFError`` unless every zstd frame reaches its last block (RFC 8878, section 3.1.1).

    The stream reader of zstandard 0.25 takes a frame that is cut off for one that ends. Only headers are
    read, three bytes for each block of up to 128 KiB of content. What is not a frame is left to the reader.
    """
    import zstandard

    size = path.stat().st_size
    with path.open("rb") as stream:
        while head := stream.read(18):
            frame = stream.tell() - len(head)
            if not head.startswith(ZSTD_MAGIC):
                return
            try:
                parameters = zstandard.get_frame_parameters(head)
            except zstandard.ZstdError as error:
                if len(head) < 18:
                    raise EOFError("the zstd data ends inside a frame's header") from error
                return
            stream.seek(frame + zstandard.frame_header_size(head))
            last = False
            while not last:
                header = int.from_bytes(block := stream.read(3), "little")
                last, kind, length = bool(header & 1), header >> 1 & 3, header >> 3
                stream.seek(1 if kind == 1 else length, os.SEEK_CUR)  # kind 1 repeats one byte
                if len(block) < 3 or stream.tell() > size:
                    raise EOFError("the zstd data ends inside a frame")
            stream.seek(4 if parameters.has_checksum else 0, os.SEEK_CUR)
            if stream.tell() > size:
                raise EOFError("the zstd data ends inside a checksum")


@contextmanager
def compressed_writer(stream: BinaryIO, name: str) -> Iterator[IO[bytes]]:
    """Wrap ``stream`` in the compression that ``name`` ends with (``.gz``, ``.zst``, otherwise none).

    The gzip header carries neither name nor time, so equal content gives equal bytes.
    """
    if name.endswith(".gz"):
        with gzip.GzipFile(
            filename="", mode="wb", compresslevel=GZIP_LEVEL, fileobj=stream, mtime=0
        ) as packed:
            yield cast("IO[bytes]", packed)
    elif name.endswith(".zst"):
        import zstandard

        with zstandard.ZstdCompressor(level=1).stream_writer(stream, closefd=False) as packed:
            yield cast("IO[bytes]", packed)
    else:
        yield stream


def sha256_of(path: Path) -> str:
    """Hex sha256 of the bytes of a file as they lie on the disk."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
