r"""Writing runs: one canonical text, so that the same run is the same bytes on every machine.

A line is ``qid Q0 docno rank score tag\n`` in UTF-8 with single blanks; queries ascending in bytes, ranks
from 1, scores as Python's ``repr``: the shortest text that reads back to the same double (``3.0``,
``0.1``, ``1e-05``, ``1.5e+16``, ``inf``). Exponents are written below 1e-4 and from 1e16, with a sign and
at least two digits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import numpy as np

from harness.columns import StringColumn
from harness.errors import Problem, RunFileError
from harness.files import atomic_write, compressed_writer
from harness.rankings import Run
from harness.runfiles.limits import Limits

SHOWN = 20
NUMBERS_BYTES = 64  # room for rank, score, "Q0" and blanks in a line


def write_run(run: Run, path: str | Path) -> None:
    """Write a run whole or not at all; ``.gz`` and ``.zst`` names are compressed.

    The identity of a run is that of its uncompressed text: gzip and zstd give equal bytes for equal text
    only with the same version of their library.

    Raises:
        RunFileError: the run has no rows, or an id or tag that six columns cannot carry; nothing is written.
    """
    check_writable(run)
    target = Path(path)
    with atomic_write(target) as raw, compressed_writer(raw, target.name) as stream:
        for text in _text(run):
            stream.write(text)


def canonical_text(run: Run) -> Iterator[bytes]:
    """The run's uncompressed text, one query at a time.

    Raises:
        RunFileError: as :func:`write_run`, before the first text.
    """
    check_writable(run)
    yield from _text(run)


def run_sha256(run: Run) -> str:
    """Hex sha256 of the canonical text: the identity of a run, its tag included."""
    digest = hashlib.sha256()
    for text in canonical_text(run):
        digest.update(text)
    return digest.hexdigest()


def check_writable(run: Run) -> None:
    """Refuse a run whose text would not read back to the same run.

    Raises:
        RunFileError: every reason at once.
    """
    if not len(run):
        raise RunFileError(
            "A run without a single ranked document cannot be written; it would read as empty."
        )
    problems = [*_bad_ids("query", run.queries), *_bad_ids("document", run.documents)]
    problems += _bad_ids("tag", StringColumn.from_strings([run.tag]))
    longest = (run.queries, run.documents, StringColumn.from_strings([run.tag]))
    if sum(int(column.lengths.max()) for column in longest) + NUMBERS_BYTES > Limits().line_bytes:
        problems.append(Problem("run", f"a line would be longer than {Limits().line_bytes} bytes."))
    for query in run.queries:
        if query.startswith(("#", "\ufeff")):
            first = "'#', which starts a comment" if query[0] == "#" else "a byte order mark"
            problems.append(Problem(f"query {query!r}", f"the id starts with {first}."))
    if (np.diff(run.starts) == 0).any():
        problems.append(Problem("run", "a query has no documents; leave such queries out of the run."))
    if np.isnan(run.scores).any():
        problems.append(Problem("run", "a score is NaN; a ranking by NaN has no order."))
    if problems:
        more = f" The first {SHOWN}:" if len(problems) > SHOWN else ""
        raise RunFileError(f"The run cannot be written as six columns.{more}", problems[:SHOWN])


def _bad_ids(kind: str, column: StringColumn) -> Iterator[Problem]:
    """Ids that are empty, or hold white space or control characters of ASCII, at which readers split."""
    packed = column.compact()
    for row in np.flatnonzero(packed.lengths == 0)[:SHOWN]:
        yield Problem(f"{kind} number {row + 1}", "is empty; at least one character is needed.")
    at = np.flatnonzero((packed.data <= 0x20) | (packed.data == 0x7F))
    rows = np.unique(np.searchsorted(packed.offsets, at, side="right") - 1)
    for row in rows[: SHOWN + 1]:
        yield Problem(
            f"{kind} {packed[int(row)]!r}",
            "holds white space or a control character; replace it, say by '_'.",
        )


def _text(run: Run) -> Iterator[bytes]:
    tag = run.tag
    for query, documents, scores in run.rankings():
        prefix = f"{query} Q0 "
        values = map(repr, (scores + 0.0).tolist())  # -0.0 is written 0.0, which it equals
        rows = zip(repeat(prefix), documents, range(1, len(documents) + 1), values, strict=False)
        yield "".join([f"{p}{d} {rank} {v} {tag}\n" for p, d, rank, v in rows]).encode("utf-8")
