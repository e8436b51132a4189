"""What a file of data can raise while it is read."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from isal import isal_zlib
from zstandard import ZstdError

from harness.errors import DatasetError
from harness.files import open_binary

READ_ERRORS: tuple[type[Exception], ...] = (
    OSError,
    EOFError,
    gzip.BadGzipFile,
    cast("type[Exception]", isal_zlib.IsalError),
    ZstdError,
)
"""Unreadable, cut short or damaged: what :func:`harness.files.open_binary` passes on."""


def read_all(path: Path) -> bytes:
    """All bytes of a file of data, decompressed.

    Raises:
        DatasetError: the file is absent, unreadable, cut short or damaged.
    """
    try:
        with open_binary(path) as stream:
            return stream.read()
    except FileNotFoundError as error:
        raise DatasetError(f"There is no file {path}.") from error
    except READ_ERRORS as error:
        raise DatasetError(f"{path} cannot be read to its end: {error}") from error


def filled_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a plain, gzip or zstd file that are not blank, with their numbers from 1.

    Raises:
        DatasetError: the file cannot be read, or its compressed data are damaged.
    """
    try:
        with open_binary(path) as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield number, line
    except READ_ERRORS as error:
        raise DatasetError(f"{path} cannot be read: {error}") from error
