r"""Fingerprints: what documents, queries and judgments say, whatever file, order or compression holds them.

Definition, version 1. A record is a sequence of fields; each is UTF-8, preceded by its length in bytes as an
unsigned 64-bit big-endian number:

* document: id, title, text; a title that is absent is empty;
* query (the split's judged queries): id, text;
* judgment (after the grade map): query id, document id, grade in decimal digits, ``-`` before if negative.

Each record is hashed by sha256; the digests, read as big-endian numbers, are added modulo 2**256, which needs
no order and no memory. The fingerprint is ``v1:`` and the hex sha256 of ``retrieval-harness KIND 1``, a NUL,
the number of records and the sum, both as 32 bytes big-endian; KIND is documents, queries or judgments.

A repeated record counts as often as it stands. This tells accidents from equality; it is no defence against
somebody who makes colliding collections on purpose.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.datasets.dataset import Dataset
from harness.records import Document, Qrels, Query

VERSION = 1
_MODULUS = 1 << 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprints:
    """One fingerprint each, ``v1:`` and 64 hex digits."""

    documents: str
    queries: str
    judgments: str


def fingerprint(dataset: Dataset) -> Fingerprints:
    """Fingerprints of a data set; reads all documents once, in constant memory.

    Raises:
        DatasetError, UnavailableError: the documents cannot be read.
    """
    return Fingerprints(
        documents=documents_fingerprint(dataset.documents()),
        queries=queries_fingerprint(dataset.queries),
        judgments=judgments_fingerprint(dataset.qrels),
    )


def documents_fingerprint(documents: Iterable[Document]) -> str:
    """Fingerprint of a collection."""
    return _combined("documents", documents)


def queries_fingerprint(queries: Iterable[Query]) -> str:
    """Fingerprint of a set of queries."""
    return _combined("queries", queries)


def judgments_fingerprint(qrels: Qrels) -> str:
    """Fingerprint of a set of judgments."""
    return _combined("judgments", _rows(qrels))


def _rows(qrels: Qrels) -> Iterator[tuple[str, str, str]]:
    grades = qrels.grades.tolist()
    for query, (start, stop) in zip(qrels.queries.tolist(), pairwise(qrels.starts.tolist()), strict=True):
        documents = qrels.documents.tolist(start, stop)
        for document, grade in zip(documents, grades[start:stop], strict=True):
            yield query, document, str(grade)


def _combined(kind: str, records: Iterable[Sequence[str]]) -> str:
    count = total = 0
    for record in records:
        count += 1
        total += int.from_bytes(hashlib.sha256(_serialised(record)).digest(), "big")
    head = f"retrieval-harness {kind} {VERSION}\0".encode()
    tail = count.to_bytes(32, "big") + (total % _MODULUS).to_bytes(32, "big")
    return f"v{VERSION}:{hashlib.sha256(head + tail).hexdigest()}"


def _serialised(record: Sequence[str]) -> bytes:
    parts = []
    for field in record:
        raw = field.encode("utf-8")
        parts += [len(raw).to_bytes(8, "big"), raw]
    return b"".join(parts)
