"""Hash the judged documents and queries once, for many runs."""

from __future__ import annotations

from harness.evaluation.kernel.layout import (
    DOCUMENT_DATA,
    DOCUMENT_HASH,
    DOCUMENT_OFFSETS,
    FINE,
    N_DOCUMENTS,
    N_QUERIES,
    QUERY_DATA,
    QUERY_MASK,
    QUERY_OFFSETS,
    QUERY_TABLE,
)
from harness.evaluation.kernel.machine import signed
from harness.evaluation.kernel.memory import compiled, int32_at, int64_at, put_int32, put_u64
from harness.evaluation.kernel.strings import hash_of


@compiled
def index_judgments(args: int) -> int:
    """Fill DOCUMENT_HASH and QUERY_TABLE (which comes in as zeros)."""
    data, offsets = int64_at(args, DOCUMENT_DATA), int64_at(args, DOCUMENT_OFFSETS)
    hashes = int64_at(args, DOCUMENT_HASH)
    for document in range(int64_at(args, N_DOCUMENTS)):
        start, stop = int64_at(offsets, document), int64_at(offsets, document + 1)
        put_u64(hashes, document, hash_of(data + start, stop - start))
    data, offsets = int64_at(args, QUERY_DATA), int64_at(args, QUERY_OFFSETS)
    table, mask = int64_at(args, QUERY_TABLE), int64_at(args, QUERY_MASK)
    for query in range(int64_at(args, N_QUERIES)):
        start, stop = int64_at(offsets, query), int64_at(offsets, query + 1)
        slot = signed(hash_of(data + start, stop - start)) & mask
        while int32_at(table, slot):
            slot = (slot + 1) & mask
        put_int32(table, slot, query + 1)
    return FINE
