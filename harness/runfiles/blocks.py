"""The bytes of a run file, decompressed, in blocks of whole lines and inside limits."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple, cast

import zstandard
from isal import isal_zlib

from harness.errors import RunFileError
from harness.files import compression_of, open_binary
from harness.runfiles.limits import Limits

BLOCK_BYTES = 4 * 2**20
# isal's stub declares its error as an instance.
DAMAGE = (EOFError, gzip.BadGzipFile, cast("type[Exception]", isal_zlib.IsalError), zstandard.ZstdError)


class Block(NamedTuple):
    """Whole lines, each ended by a newline; the first of them is line ``first_line`` of the file."""

    first_line: int
    text: bytes


class Stop(NamedTuple):
    """Why reading ended before the file did; ``line`` is the last line that was begun."""

    code: str
    line: int | None
    message: str


def require_run_file(path: Path) -> None:
    """See that a path is that of a file.

    Raises:
        RunFileError: it is not; says what is there instead.
    """
    if path.is_file():
        return
    if path.is_dir():
        raise RunFileError(f"{path} is a folder, not a run file.")
    if path.exists():
        raise RunFileError(
            f"{path} is a pipe or a device, not a run file; write what comes through it to a file."
        )
    raise RunFileError(f"There is no run file {path}. Check the name.")


def read_blocks(path: Path, limits: Limits) -> Iterator[Block | Stop]:
    """Yield the file's blocks, and a :class:`Stop` as the last item if it is damaged or too large.

    A last line without a newline gets one.

    Raises:
        RunFileError: there is no such file, it is not a file, or it may not be read.
    """
    line = 1
    try:
        require_run_file(path)
        size = path.stat().st_size
        if size > limits.file_bytes:
            yield Stop("too-large", None, f"The file has {size} bytes; at most {limits.file_bytes} are read.")
            return
        bound = limits.text_bytes
        if compression_of(path) != "none":
            bound = min(bound, max(limits.ratio_grace, limits.ratio * size))
        with open_binary(path) as stream:
            for item in _whole_lines(stream, bound, limits):
                yield item
                line = item.first_line + item.text.count(b"\n") if isinstance(item, Block) else line
    except DAMAGE as error:
        advice = "Make the file again, or copy it again."
        yield Stop("truncated", line, f"The compressed data is cut off or damaged: {error}. {advice}")
    except OSError as error:
        raise RunFileError(f"The run file {path} cannot be read: {error}") from error


def _whole_lines(stream: IO[bytes], bound: int, limits: Limits) -> Iterator[Block | Stop]:
    """Cut the stream at newlines; the partial line at a block's end is carried over to the next block."""
    carry, line, total = b"", 1, 0
    while chunk := stream.read(BLOCK_BYTES):
        total += len(chunk)
        if total > bound:
            yield Stop("too-large", line, f"More than {bound} bytes of text come out of the file.")
            return
        cut = chunk.rfind(b"\n") + 1
        if cut:
            text = carry + chunk[:cut]
            yield Block(line, text)
            line += text.count(b"\n")
            carry = chunk[cut:]
        else:
            carry += chunk
        if line > limits.lines + 1:
            yield Stop("too-large", limits.lines + 1, f"The file has more than {limits.lines} lines.")
            return
        if len(carry) > limits.line_bytes:
            yield Stop("too-large", line, f"A line has more than {limits.line_bytes} bytes.")
            return
    if carry:
        yield Block(line, carry + b"\n")
