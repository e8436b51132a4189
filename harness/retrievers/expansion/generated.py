"""Files of generated queries, one line of JSON a document."""

from __future__ import annotations

import heapq
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from harness.datasets.reading import filled_lines
from harness.errors import DatasetError, Problem
from harness.files import sha256_of
from harness.retrievers.expansion.place import located

Float64s = npt.NDArray[np.float64]
SHOWN: Final = 20
NAMES: Final = ("queries", "predicted_queries", "querygen")
"""Keys under which programs leave them; the first is ours."""


class Generated(NamedTuple):
    """The queries of one document, and their scores by a relevance model where the file has some."""

    id: str
    queries: tuple[str, ...]
    scores: tuple[float, ...]


def read_generated(place: str) -> Iterator[Generated]:
    """Read a file, plain, gzip or zstd, line by line; an error comes after the last line before it.

    Each line is an object with ``id``, ``queries``, a list of texts (``predicted_queries`` and ``querygen``
    are read, too), and, for filtering, ``scores``, a list of as many numbers.

    Args:
        place: a path, or ``package:IMPORT_NAME/PATH`` for a file that came with an installed package.

    Raises:
        UnavailableError: there is no such file.
        DatasetError: lines are malformed or an id stands twice; the first ones are named with ``file:line``.
    """
    return _lines(located(place))


class InOrder:
    """A file's lines asked for by id; those that were passed over wait in memory.

    Where file and documents are in one order, as those of MS MARCO are, none has to wait.

    Args:
        place: as of :func:`read_generated`, which names the errors, too; they come when a line is reached.

    Attributes:
        count: lines read so far.
    """

    def __init__(self, place: str) -> None:
        self._lines = read_generated(place)
        self._waiting: dict[str, Generated] = {}
        self._last: Generated | None = None  # of a document whose next passage may ask for it again
        self.count = 0

    def take(self, name: str, document: str = "") -> Generated | None:
        """The line of a document, once; None where there is none.

        Args:
            name: its id, or that of one of its passages.
            document: the id of the document that a passage belongs to, whose line every passage gets that has
                no line of its own; passages of a document come one after another.
        """
        names = (name, document or name)
        if name not in self._waiting and self._last and self._last.id in names:
            return self._last
        while self._waiting.keys().isdisjoint(names) and (each := next(self._lines, None)):
            self._waiting[each.id] = each
            self.count += 1
        if name in self._waiting:
            return self._waiting.pop(name)
        self._last = self._waiting.pop(names[1], None)
        return self._last

    def finish(self) -> int:
        """Read what nobody asked for, so that its errors are not passed over; the number of such lines."""
        rest = sum(1 for _ in self._lines)
        self.count += rest
        return len(self._waiting) + rest


def _lines(path: Path) -> Iterator[Generated]:
    """The lines up to the first that is wrong; all that are wrong are then named."""
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, line in filled_lines(path):
        made = _generated(line)
        if isinstance(made, Generated) and made.id in seen:
            made = f"the id {made.id!r} was used before."
        if isinstance(made, str):
            problems.append(Problem(f"{path}:{number}", made))
            continue
        seen.add(made.id)
        if not problems:
            yield made
    if problems:
        count = "1 line" if len(problems) == 1 else f"{len(problems)} lines"
        raise DatasetError(f"{count} of generated queries cannot be used:", problems[:SHOWN])


def scores_of(place: str) -> Float64s:
    """The scores of all queries of a file, in its order; of its texts none is kept.

    Raises:
        UnavailableError, DatasetError: as of :func:`read_generated`; and where queries have no scores.
    """
    bare: list[str] = []

    def scores() -> Iterator[float]:
        for each in read_generated(place):
            if len(each.scores) < len(each.queries):
                bare.append(each.id)
            yield from each.scores

    found = np.fromiter(scores(), dtype=np.float64)
    if bare:
        shown = heapq.nsmallest(SHOWN, bare)
        problems = [Problem(f"document {name}", "its queries have no scores.") for name in shown]
        raise DatasetError(
            f"Queries cannot be kept by score: {len(bare)} lines of {place} have none.", problems
        )
    return found


def threshold(scores: Float64s, percentile: float) -> float:
    """The score that ``percentile`` per cent of all scores, float64[n], lie below; 0 where there is none."""
    if not len(scores):
        return 0.0
    place = min(math.ceil(percentile / 100 * len(scores)), len(scores) - 1)
    return float(np.partition(scores, place)[place])


def content_of(place: str) -> str:
    """Hex sha256 of the file.

    Raises:
        UnavailableError: there is no such file.
    """
    return sha256_of(located(place))


def _generated(line: bytes) -> Generated | str:
    """The queries of a line, or what is wrong with it."""
    try:
        return _generated_of(json.loads(line))
    except UnicodeEncodeError:
        return "half of a surrogate pair is not a character."
    except ValueError as error:
        return f"not JSON: {error}"
    except RecursionError:
        return "not JSON that can be read: it is nested too deeply."


def _generated_of(record: Any) -> Generated | str:
    name = next((key for key in NAMES if isinstance(record, dict) and key in record), None)
    if name is None or isinstance(record.get("id"), bool) or not isinstance(record.get("id"), str | int):
        return "expected an object with id and queries."
    queries, scores = record[name], record.get("scores", [])
    if not isinstance(queries, list) or not all(isinstance(query, str) for query in queries):
        return f"expected a list of texts in {name}."
    finite = isinstance(scores, list) and all(map(_is_finite, scores))
    if not finite or (scores and len(scores) != len(queries)):
        return f"expected {len(queries)} finite numbers in scores, one for each query."
    found = Generated(str(record["id"]), tuple(queries), tuple(map(float, scores)))
    "".join([found.id, *found.queries]).encode()  # refuses what no file of text can hold
    return found


def _is_finite(score: Any) -> bool:
    if isinstance(score, bool) or not isinstance(score, int | float):
        return False
    try:
        return math.isfinite(score)
    except OverflowError:  # a whole number that is greater than any float
        return False
