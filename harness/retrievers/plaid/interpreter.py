"""The other interpreter: where it is, and a process of it that answers requests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import weakref
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from harness.errors import CommandError, UnavailableError
from harness.files import without_tilde
from harness.retrievers.neural.threads import thread_count
from harness.retrievers.plaid import worker

VARIABLE: Final = "HARNESS_PLAID_PYTHON"
REQUIREMENTS: Final = ("torch==2.11.0", "fast-plaid==1.4.6.2110")
"""fast-plaid's wheels fit one version of torch each: 2110 stands for 2.11.0."""
HOW: Final = (
    "fast-plaid needs a version of torch of its own, so that it runs in another interpreter. Make one, which "
    "takes 5.5 GB, and name it by the variable or by the engine's parameter 'interpreter':\n"
    "  python3 -m venv ~/plaid\n"
    f"  ~/plaid/bin/python -m pip install {' '.join(REQUIREMENTS)}\n"
    f"  export {VARIABLE}=~/plaid/bin/python"
)
UNSET: Final = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP")
STOP_SECONDS: Final = 10
ANSWER_SECONDS: Final = 60


class Interpreter(NamedTuple):
    """The program that a parameter names, or else ``$HARNESS_PLAID_PYTHON``."""

    named: str | None

    def missing(self) -> CommandError | None:
        """What a pipeline with the engine is refused by where it is absent or lacks a package."""
        try:
            self.find()
        except UnavailableError as error:
            return CommandError(str(error))
        return None

    def find(self) -> Path:
        """The program, which has every package.

        Raises:
            UnavailableError: there is none, it cannot be run or lacks packages; with commands that make one.
        """
        found = self.named or os.environ.get(VARIABLE)
        if not found:
            raise UnavailableError(f"The engine 'plaid' has no interpreter: {VARIABLE} is not set. {HOW}")
        path = without_tilde(found)
        if not (path.is_file() and os.access(path, os.X_OK)):
            raise UnavailableError(f"The engine 'plaid' has no interpreter: {found} is no program. {HOW}")
        path = path.absolute()  # a link of a virtual environment must not be followed
        _require_packages(path, *_state(path.lstat()), *_state(path.stat()))
        return path


@cache
def _require_packages(interpreter: Path, *_state: int) -> None:
    """Ask a program whether it has every package.

    A session asks those once that do. What is raised is not kept: installing a package changes neither the
    program nor the link to it.
    """
    if wrong := _wrong(interpreter):
        raise UnavailableError(f"The engine 'plaid' has no interpreter: {interpreter} {wrong}. {HOW}")


def _state(file: os.stat_result) -> tuple[int, ...]:
    """Differs after a file was replaced, whatever its dates say."""
    return file.st_dev, file.st_ino, file.st_mtime_ns, file.st_ctime_ns


def _wrong(interpreter: Path) -> str:
    """Why a program cannot serve, or nothing."""
    command = [str(interpreter), "-I", worker.__file__, "absent"]
    try:
        told = subprocess.run(
            command, env=_environment(), capture_output=True, check=False, timeout=ANSWER_SECONDS
        )
        absent = json.loads(told.stdout) if told.returncode == 0 else None
    except subprocess.TimeoutExpired:
        return f"did not answer for {ANSWER_SECONDS} seconds"
    except OSError as error:
        return f"cannot be run: {error}"
    except (ValueError, RecursionError):
        absent = None
    if not (isinstance(absent, list) and all(isinstance(name, str) for name in absent)):
        said = told.stderr.decode("utf-8", "replace")
        return f"is no Python that can be used, it ended with status {told.returncode}: {_last(said)}"
    return f"lacks the package{'s' * (len(absent) > 1)} {', '.join(absent)}" if absent else ""


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in UNSET}


def _last(said: str) -> str:
    """The end of what a program said on its standard error; of a traceback the error alone."""
    lines = said.strip().splitlines()
    return "\n".join(lines[-1:] if "Traceback" in said else lines[-8:]) or "it said nothing"


class Process:
    """A process of the other interpreter, ended when this object is dropped.

    Args:
        interpreter: the program.

    Attributes:
        versions: of the packages that decide an index.
        folder: a place for files that come and go; removed at the end.

    Raises:
        UnavailableError: it cannot be run.
    """

    def __init__(self, interpreter: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="plaid-"))
        self._interpreter = interpreter
        self._errors = (self.folder / "errors.txt").open("w+b")
        threads = str(thread_count())
        try:
            self._process = subprocess.Popen(
                [str(interpreter), "-I", worker.__file__, threads],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=_environment() | {"OMP_NUM_THREADS": threads},
                text=True,
                encoding="utf-8",
            )
        except OSError as error:
            _removed(self._errors, self.folder)
            raise UnavailableError(f"{interpreter} cannot be run: {error}. {HOW}") from error
        weakref.finalize(self, _ended, self._process, self._errors, self.folder)
        try:
            self.versions: dict[str, str] = self._answer()["versions"]
        except UnavailableError as error:
            raise UnavailableError(f"{error}\n{HOW}") from error

    def ask(self, do: str, **values: Any) -> dict[str, Any]:
        """Have something done.

        Raises:
            UnavailableError: it failed; with what the other side said.
        """
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({"do": do, **values}) + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise UnavailableError(f"{self._interpreter} has ended: {self._said()}") from error
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait(STOP_SECONDS)
            raise UnavailableError(f"{self._interpreter} ended with status {code}: {self._said()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise UnavailableError(f"fast-plaid in {self._interpreter} failed: {answer['error']}")
        return answer

    def _said(self) -> str:
        """The end of its standard error."""
        self._errors.seek(0)
        return _last(self._errors.read().decode("utf-8", "replace"))


def _ended(process: subprocess.Popen[str], errors: IO[bytes], folder: Path) -> None:
    """End the other side, which has nothing to keep, and remove the files."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):  # what was not yet written has no reader any more
                stream.close()
    _removed(errors, folder)


def _removed(errors: IO[bytes], folder: Path) -> None:
    errors.close()
    shutil.rmtree(folder, ignore_errors=True)
