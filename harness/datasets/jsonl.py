"""BEIR's JSON lines: documents and queries, read strictly, one line at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from harness.datasets.ids import unusable_id
from harness.datasets.reading import READ_ERRORS
from harness.errors import DatasetError, Problem
from harness.files import open_binary
from harness.records import Document, Query

MOST_PROBLEMS = 50
R = TypeVar("R", Document, Query)


class _MalformedError(Exception):
    """What is wrong with one line; collected by the reader and raised once for all of them."""


def read_documents(path: Path) -> Iterator[Document]:
    """Documents of a ``corpus.jsonl``: ``_id`` and ``text``, and ``title`` if there is one.

    Other keys are ignored. Only a line feed ends a line, since texts may hold U+0085 or U+2028. Once a line
    is wrong nothing more is yielded, and the rest is read for its problems alone.

    Raises:
        DatasetError: the file is absent, cut short or malformed, with up to 50 problems by ``file:line``.
    """
    return _records(path, _document)


def read_queries(path: Path) -> Iterator[Query]:
    """Queries of a ``queries.jsonl``: ``_id`` and ``text``; strict like :func:`read_documents`."""
    return _records(path, _query)


def _document(fields: dict[str, Any]) -> Document:
    title = fields.get("title")
    return Document(_id(fields), "" if title is None else _text(fields, "title"), _text(fields, "text"))


def _query(fields: dict[str, Any]) -> Query:
    return Query(_id(fields), _text(fields, "text"))


def _records(path: Path, parse: Callable[[dict[str, Any]], R]) -> Iterator[R]:
    problems: list[Problem] = []
    stopped = False
    for number, line in _lines(path):
        if line.isspace():
            continue
        try:
            record = _parsed(line, parse)
        except _MalformedError as error:
            stopped = len(problems) == MOST_PROBLEMS
            if stopped:
                break
            problems.append(Problem(f"{path}:{number}", str(error)))
            continue
        if not problems:
            yield record
    if problems:
        count = f"more than {MOST_PROBLEMS}" if stopped else str(len(problems))
        raise DatasetError(f"{path} has {count} problem{'s' * (len(problems) > 1)}:", problems)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Numbered lines as bytes, so that only a line feed ends a line."""
    number = 0
    try:
        with open_binary(path) as stream:
            for number, line in enumerate(stream, start=1):
                yield number, line
    except FileNotFoundError as error:
        raise DatasetError(f"There is no file {path}.") from error
    except READ_ERRORS as error:
        raise DatasetError(
            f"{path} cannot be read to its end.",
            [Problem(f"{path}:{number + 1}", f"{error}; fetch it again.")],
        ) from error


def _parsed(line: bytes, parse: Callable[[dict[str, Any]], R]) -> R:
    """One record; _MalformedError says what is wrong with the line."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _MalformedError(
            f"not UTF-8: byte 0x{line[error.start]:02x} at column {error.start + 1}."
        ) from error
    if text.startswith("\ufeff"):
        raise _MalformedError("starts with a byte order mark; save the file as UTF-8 without one.")
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        raise _MalformedError(f"not JSON: {error.msg} at column {error.colno}.") from error
    except RecursionError as error:
        raise _MalformedError("not readable JSON: nested too deeply.") from error
    if not isinstance(fields, dict):
        raise _MalformedError(f"expected a JSON object, found {_shown(fields)}.")
    record = parse(fields)
    if "\\u" in text:
        _refuse_lone_surrogates(record)
    return record


def _id(fields: dict[str, Any]) -> str:
    if "_id" not in fields:
        raise _MalformedError("the key '_id' is absent.")
    value = fields["_id"]
    if isinstance(value, int) and not isinstance(value, bool):
        raise _MalformedError(
            f"'_id' must be a string, found the number {value}; write it in quotes: \"{value}\"."
        )
    if not isinstance(value, str):
        raise _MalformedError(f"'_id' must be a string, found {_shown(value)}.")
    if not value:
        raise _MalformedError("'_id' is empty.")
    if unusable_id(value):
        raise _MalformedError(
            f"'_id' {value!r} holds white space, which would break the columns of a run file."
        )
    return value


def _text(fields: dict[str, Any], key: str) -> str:
    if key not in fields:
        raise _MalformedError(f"the key {key!r} is absent.")
    value = fields[key]
    if not isinstance(value, str):
        raise _MalformedError(f"{key!r} must be a string, found {_shown(value)}.")
    return value


def _refuse_lone_surrogates(record: tuple[str, ...]) -> None:
    for value in record:
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise _MalformedError(
                f"half of a surrogate pair, {value[error.start]!a}, is not a character."
            ) from error


def _shown(value: object) -> str:
    text = f"{type(value).__name__} {value!r}"
    return text if len(text) <= 60 else text[:59] + "…"
