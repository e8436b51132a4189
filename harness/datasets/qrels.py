"""Judgment files: TREC's four columns or BEIR's table, decided by content, strict either way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from harness.columns import StringColumn
from harness.datasets.reading import read_all
from harness.errors import DatasetError, Problem
from harness.records import Qrels

MOST_PROBLEMS = 50
_INT32 = np.iinfo(np.int32)
_BOM = b"\xef\xbb\xbf"
_BLANK = np.isin(np.arange(256), np.frombuffer(b" \t\n\r\v\f", dtype=np.uint8))  # by byte
_BEIR_HEADER = re.compile(rb"\s*query-id[ \t]+corpus-id[ \t]+score[ \t\r]*(?:\n|\Z)")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_COMMENT = re.compile(rb"^[ \t\r\v\f]*#", re.MULTILINE)


def read_qrels(path: str | Path) -> Qrels:
    """Read judgments, plain or compressed (by content, whatever the name).

    The TREC form has four columns, ``query iteration document grade``, parted by any ASCII white space;
    the second is ignored. The BEIR form starts with the line ``query-id corpus-id score`` and has three
    columns. Grades are integers; CRLF line ends and blank lines are fine. A line that starts with ``#`` is
    refused: only trec_eval 10 skips it, and there a topic id that starts with ``#`` vanishes with it.

    Raises:
        DatasetError: no such file, not readable, or malformed, with up to 50 problems by ``file:line``.
    """
    path = Path(path)
    if path.exists() and not path.is_file() and not path.is_dir():
        raise DatasetError(
            f"{path} is a pipe, which can be read but once; write the judgments to a file first."
        )
    data = read_all(path)
    problem = _encoding_problem(path, data)
    if problem:
        raise DatasetError(f"{path} is not a file of judgments.", [problem])
    header = _BEIR_HEADER.match(data)
    width, body = (3, data[header.end() :]) if header else (4, data)
    tokens = body.split()
    numbers = {token: _grade(token) for token in set(tokens[width - 1 :: width])}
    odd = _CONTROL.search(body) or (b"#" in body and _COMMENT.search(body))
    wrong = not tokens or odd or None in numbers.values() or not _all_wide(body, width)
    judged: dict[bytes, dict[bytes, int]] = {}
    if not wrong:
        for query, document, token in zip(
            tokens[::width], tokens[width - 2 :: width], tokens[width - 1 :: width], strict=True
        ):
            judged.setdefault(query, {})[document] = numbers[token]  # type: ignore[assignment]
    if wrong or sum(map(len, judged.values())) * width != len(tokens):
        first_line = data[: len(data) - len(body)].count(b"\n") + 1
        raise _refusal(path, body, width, first_line)
    return _columns(judged)


def _encoding_problem(path: Path, data: bytes) -> Problem | None:
    if data.startswith(_BOM):
        return Problem(f"{path}:1", "the file starts with a byte order mark; save it as UTF-8 without one.")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Problem(f"{path}:{line}", f"not UTF-8: byte 0x{data[error.start]:02x}.")
    return None


def _grade(token: bytes) -> int | None:
    """The grade as a number, ``None`` where it is not an integer that fits 32 bits."""
    value = int(token) if re.fullmatch(rb"-?[0-9]{1,10}", token) else None
    return value if value is not None and _INT32.min <= value <= _INT32.max else None


def _all_wide(data: bytes, width: int) -> bool:
    """Whether every line has ``width`` columns or none; in arrays, since files have millions of lines."""
    text = np.frombuffer(data, dtype=np.uint8)
    blank = _BLANK[text]
    begins = np.flatnonzero(~blank & np.concatenate(([True], blank[:-1])))
    lines = np.searchsorted(np.flatnonzero(text == ord("\n")), begins)
    counts = np.bincount(lines)
    return bool(((counts == 0) | (counts == width)).all())


def _refusal(path: Path, body: bytes, width: int, first_line: int) -> DatasetError:
    """Go through the lines once more to say what is wrong with each."""
    problems: list[Problem] = []
    seen: dict[tuple[bytes, bytes], tuple[int, bytes]] = {}
    stopped = False
    for number, line in enumerate(body.split(b"\n"), start=first_line):
        row = line.split()
        message = _line_problem(row, number, width, seen) if row else None
        if message and len(problems) == MOST_PROBLEMS:
            stopped = True
            break
        if message:
            problems.append(Problem(f"{path}:{number}", message))
    if not problems:
        return DatasetError(f"{path} holds no judgment.")
    count = f"more than {MOST_PROBLEMS}" if stopped else str(len(problems))
    return DatasetError(f"{path} has {count} problem{'s' * (len(problems) > 1)}:", problems)


def _line_problem(
    row: Sequence[bytes], number: int, width: int, seen: dict[tuple[bytes, bytes], tuple[int, bytes]]
) -> str | None:
    """What is wrong with a line, if anything; ``seen`` learns where each pair stood first."""
    if row[0].startswith(b"#"):
        return "a comment, which is no part of the format (only trec_eval 10 skips it): delete the line."
    if any(_CONTROL.search(token) for token in row):
        return "a control character in an id, where trec_eval would end it: remove the character."
    if len(row) != width:
        form = "BEIR (query-id corpus-id score)" if width == 3 else "TREC (query iteration document grade)"
        return f"expected {width} columns, as in {form}, found {len(row)}.{_advice(row, width)}"
    if _grade(row[-1]) is None:
        header = " If this is a header, remove it." if number == 1 and row[-1].isalpha() else ""
        return (
            f"the grade must be an integer of 32 bits without a plus sign, found {row[-1].decode()!r}; "
            f"trec_eval would take what it can read of it without a word.{header}"
        )
    first, grade = seen.setdefault((row[0], row[-2]), (number, row[-1]))
    if first == number:
        return None
    verb = "repeats" if _grade(grade) == _grade(row[-1]) else "contradicts"
    return (
        f"{verb} line {first}: query {row[0].decode()!r} and document {row[-2].decode()!r} "
        f"have grade {grade.decode()} there and {row[-1].decode()} here."
    )


def _advice(row: Sequence[bytes], width: int) -> str:
    """What a line of another number of columns looks like, and what to do about it."""
    if row[0].startswith((b"{", b"[")):
        return " This looks like JSON: write a line for each judgment."
    if width == 4 and len(row) == 3:
        return " A BEIR file must start with its header line: query-id corpus-id score."
    if len(row) == 6:
        return " Is this a run file? Judgments and run may have changed places."
    if len(row) == 1 and row[0].count(b",") >= 2:
        return " This looks like CSV: part the columns by blanks or tabs."
    return ""


def _columns(judged: dict[bytes, dict[bytes, int]]) -> Qrels:
    """Sort by query and document in bytes and pack."""
    queries = sorted(judged)
    rows = [sorted(judged[query]) for query in queries]
    return Qrels(
        queries=_packed(queries),
        starts=np.cumsum([0, *map(len, rows)], dtype=np.int64),
        documents=_packed([document for row in rows for document in row]),
        grades=np.array(
            [judged[query][document] for query, row in zip(queries, rows, strict=True) for document in row],
            dtype=np.int32,
        ),
    )


def _packed(items: Sequence[bytes]) -> StringColumn:
    offsets = np.zeros(len(items) + 1, dtype=np.int64)
    np.cumsum([len(item) for item in items], out=offsets[1:])
    return StringColumn(np.frombuffer(b"".join(items), dtype=np.uint8), offsets)
