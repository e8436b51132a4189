"""A query whose rows are complete: find its judged documents and their ranks."""

from __future__ import annotations

from harness.evaluation.kernel.layout import (
    ABOVE,
    CHAIN,
    DATA,
    DOCUMENT_DATA,
    DOCUMENT_HASH,
    DOCUMENT_OFFSETS,
    FOUND,
    HEAD,
    HIT_JUDGMENT,
    HIT_RANK,
    HIT_TIE_SIZE,
    HIT_TIE_START,
    MEMBERS,
    N_HITS,
    N_SEEN,
    QUERIES_SEEN,
    QUERY_DATA,
    QUERY_MASK,
    QUERY_OFFSETS,
    QUERY_STARTS,
    QUERY_TABLE,
    RETURNED,
    ROW_BLOCK,
    ROW_LENGTH,
    ROW_START,
    TIED_PAIRS,
)
from harness.evaluation.kernel.machine import signed
from harness.evaluation.kernel.memory import (
    U64,
    compiled,
    int32_at,
    int64_at,
    put_int32,
    put_int64,
    put_u64,
    u64_at,
)
from harness.evaluation.kernel.rows import (
    MAX_ROWS,
    fill_table,
    find_row,
    finish_scores,
    note_blocks,
    sort_rows,
    table_mask,
)
from harness.evaluation.kernel.strings import equal, greater, hash_of


@compiled
def finish_query(args: int, start: int, length: int, n: int) -> bool:
    """Score the n rows of the query whose id is at ``start``; False if it or a document stands twice."""
    if n > MAX_ROWS:
        return False
    finish_scores(args, n)
    pairs = note_blocks(args, n)
    if pairs < 0:
        sort_rows(args, n)
        pairs = note_blocks(args, n)
    if not fill_table(args, n):
        return False
    query_id = int64_at(args, DATA) + start
    hashed = hash_of(query_id, length)
    seen = int64_at(args, N_SEEN)
    put_u64(int64_at(args, QUERIES_SEEN), seen, hashed)
    put_int64(args, N_SEEN, seen + 1)
    query = _find_query(args, hashed, query_id, length)
    if query >= 0:
        if int64_at(int64_at(args, RETURNED), query):
            return False  # the topic was scored before; hits must not be written twice
        put_int64(int64_at(args, RETURNED), query, n)
        put_int64(int64_at(args, TIED_PAIRS), query, pairs)
        if _find_judged(args, query, n):
            _rank_found(args, n)
    return True


@compiled
def _find_query(args: int, hashed: U64, query_id: int, length: int) -> int:
    """The position of a judged query, or -1."""
    table, mask = int64_at(args, QUERY_TABLE), int64_at(args, QUERY_MASK)
    data, offsets = int64_at(args, QUERY_DATA), int64_at(args, QUERY_OFFSETS)
    slot = signed(hashed) & mask
    while int32_at(table, slot):
        query = int32_at(table, slot) - 1
        start, stop = int64_at(offsets, query), int64_at(offsets, query + 1)
        if stop - start == length and equal(data + start, query_id, length):
            return query
        slot = (slot + 1) & mask
    return -1


@compiled
def _find_judged(args: int, query: int, n: int) -> int:
    """Look up the judged documents of a query, chaining those of one block of equal scores; how many."""
    hashes, offsets = int64_at(args, DOCUMENT_HASH), int64_at(args, DOCUMENT_OFFSETS)
    data, blocks = int64_at(args, DOCUMENT_DATA), int64_at(args, ROW_BLOCK)
    found, chain, head = int64_at(args, FOUND), int64_at(args, CHAIN), int64_at(args, HEAD)
    starts = int64_at(args, QUERY_STARTS)
    mask = table_mask(args, n)
    count = 0
    for judgment in range(int64_at(starts, query), int64_at(starts, query + 1)):
        start, stop = int64_at(offsets, judgment), int64_at(offsets, judgment + 1)
        row = find_row(args, mask, u64_at(hashes, judgment), data + start, stop - start)
        if row >= 0:
            block = int32_at(blocks, row)
            put_int32(found, count, judgment)
            put_int32(chain, count, int32_at(head, block))
            put_int32(head, block, count)
            count += 1
    return count


@compiled
def _rank_found(args: int, n: int) -> None:
    """Write the hits of a query in rank order, block of equal scores after block."""
    blocks, head = int64_at(args, ROW_BLOCK), int64_at(args, HEAD)
    members, chain = int64_at(args, MEMBERS), int64_at(args, CHAIN)
    for block in range(n):
        hit = int32_at(head, block)
        if hit >= 0:
            put_int32(head, block, -1)
            count = 0
            while hit >= 0:  # judgments ascend by document id, so their chain descends, as ranks do in a tie
                put_int32(members, count, int32_at(int64_at(args, FOUND), hit))
                hit = int32_at(chain, hit)
                count += 1
            stop = block + 1
            while stop < n and int32_at(blocks, stop) == block:
                stop += 1
            _count_above(args, block, stop, count)
            _write_hits(args, block, stop - block, count)


@compiled
def _count_above(args: int, block: int, stop: int, count: int) -> None:
    """ABOVE[i] = rows of the block that rank above member i but not above member i - 1."""
    data, starts, lengths = int64_at(args, DATA), int64_at(args, ROW_START), int64_at(args, ROW_LENGTH)
    documents, offsets = int64_at(args, DOCUMENT_DATA), int64_at(args, DOCUMENT_OFFSETS)
    members, above = int64_at(args, MEMBERS), int64_at(args, ABOVE)
    for member in range(count + 1):
        put_int32(above, member, 0)
    if stop - block == 1:
        return
    for row in range(block, stop):
        document, length = data + int32_at(starts, row), int32_at(lengths, row)
        low, high = 0, count  # the first member that the row ranks above
        while low < high:
            middle = (low + high) // 2
            judgment = int32_at(members, middle)
            start, end = int64_at(offsets, judgment), int64_at(offsets, judgment + 1)
            if greater(document, length, documents + start, end - start):
                high = middle
            else:
                low = middle + 1
        put_int32(above, low, int32_at(above, low) + 1)


@compiled
def _write_hits(args: int, block: int, size: int, count: int) -> None:
    """Append the members of a block to the hits."""
    members, above, hits = int64_at(args, MEMBERS), int64_at(args, ABOVE), int64_at(args, N_HITS)
    rank = block + 1
    for member in range(count):
        rank += int32_at(above, member)
        put_int32(int64_at(args, HIT_JUDGMENT), hits, int32_at(members, member))
        put_int32(int64_at(args, HIT_RANK), hits, rank)
        put_int32(int64_at(args, HIT_TIE_START), hits, block + 1)
        put_int32(int64_at(args, HIT_TIE_SIZE), hits, size)
        hits += 1
    put_int64(args, N_HITS, hits)
