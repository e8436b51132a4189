"""The vectors of a collection's documents, read from files of either form."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from harness.columns import Ints, StringColumn
from harness.errors import DatasetError
from harness.files import sha256_of
from harness.retrievers.base import Progress
from harness.retrievers.rows import Float32s, Int32s
from harness.retrievers.sparse.ciff import is_ciff, read_ciff
from harness.retrievers.sparse.encoder import pruned
from harness.retrievers.sparse.vectors import files_of, read_vectors

PROGRESS_EVERY: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EncodedDocuments:
    """Weighted terms of n documents, by document.

    Attributes:
        bounds: int64[n + 1]; document i has the elements ``bounds[i]`` to ``bounds[i + 1]``.
        terms: int32[e], numbers of the vocabulary.
        weights: float32[e], above 0.
        vocabulary: term to its number.
        filled: documents with a vector.
        unused: vectors of documents that the collection lacks.
    """

    bounds: Ints
    terms: Int32s
    weights: Float32s
    vocabulary: Mapping[str, int]
    filled: int
    unused: int


class _Elements:
    """Elements in the order they are read, as three columns."""

    def __init__(self) -> None:
        self.rows, self.terms, self.weights = array("q"), array("i"), array("f")
        self.vocabulary: dict[str, int] = {}
        self.seen: set[int] = set()
        self.unused = 0


def encoded_documents(
    place: str, ids: StringColumn, scale: float | None, progress: Progress | None
) -> EncodedDocuments:
    """Read the vectors of the documents with these ids.

    Args:
        place: JSON lines, a folder of them, or a CIFF file.
        ids: n ids; document i of the result is the i-th.
        scale: weights become rint(scale * w), zeros dropped; None leaves them.
        progress: told the number of documents with a vector so far.

    Raises:
        DatasetError: the file is malformed, or no document has a vector.
        UnavailableError: there is no such file.
    """
    numbers = {name: number for number, name in enumerate(ids)}
    found = _Elements()
    (_from_ciff if is_ciff(place) else _from_lines)(place, numbers, found, progress)
    if not found.seen:
        raise DatasetError(f"No document of the collection has a vector in {place}.")
    rows = np.array(found.rows, dtype=np.int64)
    bounds = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=len(ids))))).astype(np.int64)
    order = np.argsort(rows, kind="stable")
    terms = np.array(found.terms, dtype=np.int32)[order]
    lean = pruned(bounds, terms, np.array(found.weights, dtype=np.float32)[order], None, scale)
    return EncodedDocuments(
        bounds=lean["bounds"],
        terms=lean["terms"],
        weights=lean["weights"],
        vocabulary=found.vocabulary,
        filled=len(found.seen),
        unused=found.unused,
    )


def _from_lines(place: str, numbers: Mapping[str, int], found: _Elements, progress: Progress | None) -> None:
    terms = found.vocabulary
    for name, vector in read_vectors(place):
        row = numbers.get(name)
        if row is None:
            found.unused += 1
            continue
        found.seen.add(row)
        found.rows.extend([row] * len(vector))
        found.terms.extend(terms.setdefault(term, len(terms)) for term in vector)
        found.weights.extend(vector.values())
        if progress and len(found.seen) % PROGRESS_EVERY == 0:
            progress(len(found.seen))


def _from_ciff(place: str, numbers: Mapping[str, int], found: _Elements, progress: Progress | None) -> None:
    file = read_ciff(place)
    known = {document: numbers[name] for document, name in file.names.items() if name in numbers}
    found.unused = len(file.names) - len(known)
    found.seen = set(known.values())
    rows = np.full(max(file.names, default=-1) + 1, -1, dtype=np.int64)
    rows[list(known)] = list(known.values())
    for term, documents, weights in file.lists:
        if len(documents) and documents[-1] >= len(rows):
            raise DatasetError(f"{place}: the term {term!r} has documents without a record.")
        kept = (rows[documents] >= 0) & (weights > 0)
        if term in found.vocabulary:
            raise DatasetError(f"{place}: the term {term!r} has more than one postings list.")
        number = found.vocabulary[term] = len(found.vocabulary)
        found.rows.frombytes(rows[documents][kept].tobytes())
        found.terms.extend([number] * int(kept.sum()))
        found.weights.frombytes(weights[kept].astype(np.float32).tobytes())
    if progress:
        progress(len(found.seen))


def place_hash(place: str) -> str:
    """Hex sha256 over the files of a place, by name.

    Raises:
        UnavailableError: there is none.
    """
    return hashlib.sha256("\n".join(_hashes(files_of(place))).encode()).hexdigest()


def _hashes(files: list[Path]) -> Iterator[str]:
    for path in files:
        yield f"{sha256_of(path)} {path.name}"
