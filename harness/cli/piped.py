"""Files that come through a pipe: ``-``, ``/dev/stdin``, ``<(zcat run.gz)``."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from harness.cli.named_files import require_files
from harness.errors import CommandError, DataError, Problem

STDIN = "-"
CHUNK = 2**20


@contextmanager
def regular_file(text: str) -> Iterator[Path]:
    """The path of a file that can be read as often as need be.

    What comes through a pipe is kept in a temporary file while the block runs; errors of the block name the
    pipe instead. ``-`` is the standard input; a file of that name is ``./-``.

    Raises:
        CommandError: there is no such file, or more came through the pipe than a run file may have.
    """
    path = Path(text)
    if text != STDIN:
        require_files(path)
        if path.is_file() or path.is_dir():
            yield path
            return
    name = "<stdin>" if text == STDIN else text
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="harness-"))
        source = sys.stdin.buffer if text == STDIN else stack.enter_context(path.open("rb"))
        copy = Path(folder) / "input"
        _copy(source, copy, name)
        try:
            yield copy
        except DataError as error:
            raise _renamed(error, str(copy), name) from error


def _copy(source: IO[bytes], target: Path, name: str) -> None:
    from harness.runfiles.limits import Limits

    most, total = Limits().text_bytes, 0
    with target.open("wb") as stream:
        while chunk := source.read(CHUNK):
            total += len(chunk)
            if total > most:
                raise CommandError(f"More than {most} bytes came through {name}; a run file has fewer.")
            stream.write(chunk)


def _renamed(error: DataError, path: str, name: str) -> DataError:
    problems = [
        Problem(problem.where.replace(path, name), problem.message.replace(path, name))
        for problem in error.problems
    ]
    return type(error)(error.headline.replace(path, name), problems)
