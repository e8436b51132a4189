"""Weighted terms in files, as Pyserini's ``JsonVectorCollection`` and its encoded topics hold them."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from harness.datasets.reading import filled_lines
from harness.errors import DatasetError, Problem, UnavailableError

SHOWN = 20
REPEATED: Final = re.compile(r"\.tsv(\.gz|\.zst)?$")
"""Names of files in which a term stands as often as it weighs."""


class Vector(NamedTuple):
    """The weights above 0 of one document or query, by term."""

    id: str
    weights: Mapping[str, float]


def read_vectors(place: str) -> Iterator[Vector]:
    """Stream the vectors of a file, or of every file of a folder by name; plain, gzip or zstd.

    Each line is an object with ``id``, a text or a whole number, and ``vector``, an object of numbers; other
    keys, such as ``contents``, are left alone. Weights of 0 are left out. In a file whose name ends in
    ``.tsv``, ``.tsv.gz`` or ``.tsv.zst`` a line is an id, a tab and terms with spaces between, each as often
    as it weighs; a byte order mark is passed over.

    Raises:
        UnavailableError: there is no such file or folder, or no file in it.
        DatasetError: lines are malformed or an id stands twice; the first ones are named with ``file:line``.
    """
    problems: list[Problem] = []
    seen: set[str] = set()
    count = 0
    for path in files_of(place):
        read = _repeated if REPEATED.search(path.name) else _vector
        for number, line in filled_lines(path):
            found = read(line)
            if isinstance(found, Vector) and found.id in seen:
                found = f"the id {found.id!r} was used before."
            if isinstance(found, str):
                count += 1
                problems += [Problem(f"{path}:{number}", found)] if len(problems) < SHOWN else []
                continue
            seen.add(found.id)
            yield found
    if problems:
        lines = "1 line" if count == 1 else f"{count} lines"
        raise DatasetError(f"{lines} of vectors in {place} cannot be used:", problems)


def files_of(place: str) -> list[Path]:
    """The file of a place, or those of a folder by name, hidden ones left out.

    Raises:
        UnavailableError: there is none.
    """
    try:
        path = Path(place).expanduser()
        found = sorted(item for item in path.iterdir() if item.is_file()) if path.is_dir() else [path]
        found = [item for item in found if not item.name.startswith(".") and item.is_file()]
    except (OSError, RuntimeError):  # a name that is too long, a folder that is closed; ~ of nobody
        found = []
    if not found:
        raise UnavailableError(f"There are no vectors at {place}: a file of lines, or a folder of them.")
    return found


def _repeated(line: bytes) -> Vector | str:
    """The vector of a line of repeated terms, or what is wrong with it."""
    try:
        key, tab, terms = line.decode("utf-8-sig").partition("\t")
    except UnicodeDecodeError as error:
        return f"not UTF-8: {error}"
    if not tab or not key.strip():
        return "expected an id, a tab, and terms with spaces between."
    return Vector(key.strip(), {term: float(count) for term, count in Counter(terms.split()).items()})


def _vector(line: bytes) -> Vector | str:
    """The vector of a line, or what is wrong with it."""
    try:
        return _vector_of(json.loads(line))
    except UnicodeEncodeError:
        return "half of a surrogate pair is not a character."
    except ValueError as error:
        return f"not JSON: {error}"
    except RecursionError:
        return "not JSON that can be read: it is nested too deeply."


def _vector_of(record: Any) -> Vector | str:
    if not isinstance(record, dict) or not isinstance(record.get("vector"), dict):
        return "expected an object with the keys id and vector, an object of numbers."
    key = record.get("id")
    if isinstance(key, bool) or not isinstance(key, str | int) or key == "":
        return f"expected an id that is a text or a whole number, found {key!r:.80}."
    weights: dict[str, float] = {}
    for term, weight in record["vector"].items():
        number = _number(weight)
        if number is None:
            return f"expected a finite weight of 0 or more for {term!r}, found {weight!r:.80}."
        if number > 0:
            weights[term] = number
    "".join([str(key), *weights]).encode()  # refuses what no file of text can hold
    return Vector(str(key), weights)


def _number(weight: Any) -> float | None:
    """A finite number of 0 or more; None for anything else."""
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        return None
    try:
        number = float(weight)
    except OverflowError:  # a whole number that is greater than any float
        return None
    return number if math.isfinite(number) and number >= 0 else None
