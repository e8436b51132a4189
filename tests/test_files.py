"""Files appear whole or not at all, and are read through their compression."""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import time
from pathlib import Path

import pytest
import zstandard

from harness.files import (
    atomic_write,
    cache_folder,
    compressed_writer,
    compression_of,
    open_binary,
    sha256_of,
)

TEXT = bytes(range(256)) * 500


def test_a_block_that_ends_well_leaves_the_file_alone_in_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "file"
    with atomic_write(path) as stream:
        stream.write(TEXT)
        assert not path.exists()
    assert path.read_bytes() == TEXT
    assert list(path.parent.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_block_that_fails_leaves_the_old_file(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(error), atomic_write(path) as stream:
        stream.write(TEXT)
        raise error
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_write_left_is_removed_a_day_later(tmp_path: Path) -> None:
    old, new, other = (tmp_path / name for name in (".f.abcdefgh.tmp", ".f.ABCDEFGH.tmp", ".g.abcdefgh.tmp"))
    for stray in (old, new, other):
        stray.write_bytes(b"half of it")
    long_ago = time.time() - 25 * 3600
    for stray in (old, other):
        os.utime(stray, (long_ago, long_ago))
    with atomic_write(tmp_path / "f") as stream:
        stream.write(TEXT)
    assert sorted(tmp_path.iterdir()) == [new, other, tmp_path / "f"], "only of this name, and only old ones"


@pytest.mark.parametrize(("name", "kind"), [("a.gz", "gzip"), ("a.zst", "zstd"), ("a.txt", "none")])
def test_what_is_written_by_name_is_read_by_content(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    with atomic_write(path) as raw, compressed_writer(raw, name) as stream:
        stream.write(TEXT)
    moved = path.rename(tmp_path / "without-ending")
    assert compression_of(moved) == kind
    with open_binary(moved) as read:
        assert read.read() == TEXT


def test_gzip_bytes_carry_neither_time_nor_name(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        with atomic_write(tmp_path / name) as raw, compressed_writer(raw, name) as stream:
            stream.write(TEXT)
    assert sha256_of(tmp_path / "a.gz") == sha256_of(tmp_path / "b.gz")
    assert (tmp_path / "a.gz").read_bytes()[3:8] == b"\0\0\0\0\0"  # flags and time, RFC 1952


def read(path: Path, content: bytes) -> bytes:
    path.write_bytes(content)
    with open_binary(path) as stream:
        return stream.read()


def test_frames_and_members_follow_one_another(tmp_path: Path) -> None:
    for pack in (gzip.compress, zstandard.compress):
        assert read(tmp_path / "f", pack(TEXT) + pack(b"more")) == TEXT + b"more"
    assert read(tmp_path / "f", zstandard.compress(b"")) == b""


@pytest.mark.parametrize("checksum", [True, False])
def test_every_shorter_zstd_file_is_refused(tmp_path: Path, checksum: bool) -> None:
    # Blocks of all kinds: raw (random-like), repeated (zeros) and compressed; several frames.
    raw = hashlib.shake_128(b"seed").digest(200_000)
    packer = zstandard.ZstdCompressor(write_checksum=checksum)
    whole = packer.compress(raw + b"\0" * 400_000 + b"abcdefgh" * 30_000)
    for length in [*range(4, 40), *range(40, len(whole), 997), len(whole) - 1]:
        with pytest.raises(EOFError, match="zstd data ends"):
            read(tmp_path / "f", whole[:length])
        with pytest.raises(EOFError, match="zstd data ends"):
            read(tmp_path / "f", whole + whole[:length])
    assert len(read(tmp_path / "f", whole)) == 840_000


def test_every_shorter_gzip_file_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(TEXT)
    for length in [*range(2, 30), *range(30, len(whole), 97), len(whole) - 1]:
        with pytest.raises(EOFError):
            read(tmp_path / "f", whole[:length])


def test_sha256_is_of_the_bytes_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(TEXT)
    assert sha256_of(tmp_path / "f") == hashlib.sha256(TEXT).hexdigest()


@pytest.mark.parametrize(
    ("named", "folder"),
    [("", "home/.cache/retrieval-harness"), ("~/kept", "home/kept"), ("{root}/any", "any")],
)
def test_the_cache_is_never_the_folder_one_works_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, folder: str
) -> None:
    """An empty variable, as from a file of a container's settings, names nothing."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HARNESS_CACHE", named.format(root=tmp_path))
    assert cache_folder() == tmp_path / folder
