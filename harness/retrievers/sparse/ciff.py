"""The Common Index File Format: an inverted index of another system in one file.

J. Lin et al., "Supporting Interoperability Between Open-Source Search Engines with the Common Index File
Format", SIGIR 2020. The file is a header, then the postings lists, then the document records, each a protocol
buffer behind its length. Document numbers in postings are gaps; in impact indexes the term frequency is the
quantised weight.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any, Final, NamedTuple

import numpy as np
from numba import njit

from harness.datasets.reading import READ_ERRORS
from harness.errors import DatasetError, UnavailableError
from harness.files import open_binary, without_tilde
from harness.retrievers.rows import Int32s

LARGEST: Final = 2**31 - 1
ENDINGS: Final = (".ciff", ".ciff.gz", ".ciff.zst")


class PostingsList(NamedTuple):
    """The documents of a term, by their numbers in the file, ascending, and their weights; int32[p] each."""

    term: str
    documents: Int32s
    weights: Int32s


class CiffFile(NamedTuple):
    """A file's postings lists and the ids of its documents, by number."""

    lists: list[PostingsList]
    names: dict[int, str]


def is_ciff(place: str) -> bool:
    """Whether a name is that of such a file."""
    return place.endswith(ENDINGS)


def read_ciff(place: str) -> CiffFile:
    """Read a file, plain, gzip or zstd.

    Raises:
        UnavailableError: there is no such file.
        DatasetError: it is cut off, or is not in this format; says where.
    """
    path = without_tilde(place)
    if not path.is_file():
        raise UnavailableError(f"There is no file {place}.")
    try:
        with open_binary(path) as stream:
            return _whole(stream, place)
    except READ_ERRORS as error:
        raise DatasetError(f"{place} cannot be read: {error}") from error


def _whole(stream: IO[bytes], place: str) -> CiffFile:
    header = _numbers(_message(stream, place, "the header"), place, "the header")
    lists = []
    for number in range(header.get(2, 0)):
        what = f"postings list {number + 1} of {header[2]}"
        lists.append(_postings(_message(stream, place, what), place, what))
    names: dict[int, str] = {}
    for number in range(header.get(3, 0)):
        what = f"document record {number + 1} of {header[3]}"
        document, name = 0, ""
        for field, value in _fields(_message(stream, place, what), place, what):
            if field == 1 and isinstance(value, int):
                document = value
            elif field == 2 and isinstance(value, bytes):
                name = _text(value, place, what)
        if not name or document in names:
            raise DatasetError(f"{place}: {what} has no id, or a number that was used before.")
        names[document] = name
    if stream.read(1):
        raise DatasetError(f"{place}: there is more after the last document record.")
    return CiffFile(lists, names)


def _postings(message: bytes, place: str, what: str) -> PostingsList:
    term = ""
    for field, value in _fields(message, place, what, stop=4):
        if field == 1 and isinstance(value, bytes):
            term = _text(value, place, what)
    raw = np.frombuffer(message, dtype=np.uint8)
    most = len(raw) // 2  # a posting takes a tag and a length at least
    documents, weights = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    count = _decoded(raw, documents, weights)
    if count < 0:
        raise DatasetError(f"{place}: {what} ({term!r}) is no list of postings.")
    numbers = np.cumsum(documents[:count])
    if count and (numbers[-1] > LARGEST or documents[:count].min() < 0 or (documents[1:count] == 0).any()):
        raise DatasetError(f"{place}: the documents of {what} ({term!r}) do not ascend.")
    return PostingsList(term, numbers.astype(np.int32), weights[:count].astype(np.int32))


def _message(stream: IO[bytes], place: str, what: str) -> bytes:
    length, shift = 0, 0
    while True:
        byte = stream.read(1)
        if not byte or shift > 28:
            raise DatasetError(f"{place} ends, or is malformed, before {what}.")
        length |= (byte[0] & 0x7F) << shift
        shift += 7
        if byte[0] < 0x80:
            break
    message = stream.read(length)
    if len(message) < length:
        raise DatasetError(f"{place} ends inside {what}: {length} bytes expected, {len(message)} found.")
    return message


def _numbers(message: bytes, place: str, what: str) -> dict[int, int]:
    return {field: value for field, value in _fields(message, place, what) if isinstance(value, int)}


def _fields(message: bytes, place: str, what: str, stop: int = 0) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protocol buffer, up to the first with number ``stop``."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at, place, what)
        field, kind = tag >> 3, tag & 7
        if field == stop and stop:
            return
        if kind == 0:
            value, at = _varint(message, at, place, what)
            yield field, value
            continue
        length = {1: 8, 5: 4}.get(kind, -1)
        if kind == 2:
            length, at = _varint(message, at, place, what)
        if length < 0 or at + length > len(message):
            raise DatasetError(f"{place}: {what} is malformed.")
        yield field, message[at : at + length]
        at += length


def _varint(message: bytes, at: int, place: str, what: str) -> tuple[int, int]:
    value, shift = 0, 0
    while at < len(message) and shift < 64:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise DatasetError(f"{place}: {what} is malformed.")


def _text(value: bytes, place: str, what: str) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise DatasetError(f"{place}: {what} has a text that is not UTF-8.") from error


@njit(cache=True, nogil=True)
def _number(raw: Any, at: Any, stop: Any) -> Any:
    """A varint and where it ends; -1 where it does not."""
    value, shift = np.int64(0), 0
    while at < stop and shift < 63:
        byte = np.int64(raw[at])
        value |= (byte & 0x7F) << shift
        at += 1
        shift += 7
        if byte < 0x80:
            return value, at
    return np.int64(-1), -1


@njit(cache=True, nogil=True)
def _decoded(raw: Any, documents: Any, weights: Any) -> int:
    """Fill gaps and weights from the fields 4 of a postings list; their number, or -1 if it is malformed."""
    count = 0
    at: Any = 0
    while at < len(raw):
        tag, at = _number(raw, at, len(raw))
        length, at = _number(raw, at, len(raw)) if at >= 0 else (np.int64(-1), -1)
        if at < 0:
            return -1
        if tag & 7 == 0:  # the document and collection frequencies
            continue
        stop = at + length
        if tag & 7 != 2 or stop > len(raw):
            return -1
        if tag >> 3 == 4:
            documents[count], weights[count] = 0, 0  # what is 0 is not written
            while at < stop:
                inner, at = _number(raw, at, stop)
                value, at = _number(raw, at, stop) if at >= 0 else (np.int64(-1), -1)
                if at < 0:
                    return -1
                if inner == 8:
                    documents[count] = value
                elif inner == 16:
                    weights[count] = value
            count += 1
        at = stop
    return count
