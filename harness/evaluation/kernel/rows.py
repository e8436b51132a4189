"""The rows of one query: sorted if need be, and every document in a hash table, so that none stands twice."""

from __future__ import annotations

import numpy as np

from harness.evaluation.kernel.layout import (
    DATA,
    ORDER,
    ROW_BLOCK,
    ROW_HASH,
    ROW_LENGTH,
    ROW_SCORE,
    ROW_START,
    SPARE,
    TABLE,
    TABLE_SLOTS,
)
from harness.evaluation.kernel.machine import signed
from harness.evaluation.kernel.memory import (
    U64,
    compiled,
    double_at,
    int32_at,
    int64_at,
    put_double,
    put_int32,
    put_u64,
    u64_at,
)
from harness.evaluation.kernel.strings import equal

ROW_BITS = np.uint64(0xFFFFFF)  # an entry: 40 bits of hash, then the row + 1 in 24 bits
MAX_ROWS = 2**24 - 2
ZERO = np.uint64(0)


@compiled
def sort_rows(args: int, n: int) -> None:
    """Bring rows into descending order of score; the order inside blocks of equal scores is left open."""
    _sort_order(args, n)
    order, spare = int64_at(args, ORDER), int64_at(args, SPARE)
    scores, hashes = int64_at(args, ROW_SCORE), int64_at(args, ROW_HASH)
    for row in range(n):
        put_double(spare, row, double_at(scores, int32_at(order, row)))
    for row in range(n):
        put_double(scores, row, double_at(spare, row))
    for row in range(n):
        put_u64(spare, row, u64_at(hashes, int32_at(order, row)))
    for row in range(n):
        put_u64(hashes, row, u64_at(spare, row))
    for column in (int64_at(args, ROW_START), int64_at(args, ROW_LENGTH)):
        for row in range(n):
            put_int32(spare, row, int32_at(column, int32_at(order, row)))
        for row in range(n):
            put_int32(column, row, int32_at(spare, row))
    blocks = int64_at(args, ROW_BLOCK)
    put_int32(blocks, 0, 0)
    for row in range(1, n):
        same = double_at(scores, row) == double_at(scores, row - 1)
        put_int32(blocks, row, int32_at(blocks, row - 1) if same else row)


@compiled
def _sort_order(args: int, n: int) -> None:
    """ORDER becomes the rows by descending score: merge sort, bottom up."""
    scores = int64_at(args, ROW_SCORE)
    source, target = int64_at(args, ORDER), int64_at(args, SPARE)
    for row in range(n):
        put_int32(source, row, row)
    width = 1
    while width < n:
        for left in range(0, n, 2 * width):
            middle, right = min(left + width, n), min(left + 2 * width, n)
            a, b = left, middle
            for place in range(left, right):
                from_a = a < middle
                if from_a and b < right:
                    from_a = double_at(scores, int32_at(source, a)) >= double_at(scores, int32_at(source, b))
                put_int32(target, place, int32_at(source, a if from_a else b))
                if from_a:
                    a += 1
                else:
                    b += 1
        source, target = target, source
        width *= 2
    order = int64_at(args, ORDER)
    if source != order:
        for row in range(n):
            put_int32(order, row, int32_at(source, row))


@compiled
def table_mask(args: int, n: int) -> int:
    """Slots - 1 of the hash table for n rows: a power of two, at most half full."""
    slots = 64
    while slots < 2 * n:
        slots *= 2
    return min(slots, int64_at(args, TABLE_SLOTS)) - 1


@compiled
def fill_table(args: int, n: int) -> bool:
    """Put all rows into the hash table; False if a document stands twice or ids collide beyond reason."""
    data, hashes, table = int64_at(args, DATA), int64_at(args, ROW_HASH), int64_at(args, TABLE)
    starts, lengths = int64_at(args, ROW_START), int64_at(args, ROW_LENGTH)
    mask = table_mask(args, n)
    for slot in range(mask + 1):
        put_u64(table, slot, ZERO)
    patience = 16 * n + 1024  # identifiers made to collide must not cost quadratic time
    for row in range(n):
        hashed = u64_at(hashes, row)
        slot = signed(hashed) & mask
        entry = u64_at(table, slot)
        while entry != ZERO:
            if (entry ^ hashed) & ~ROW_BITS == ZERO:
                other = signed(entry & ROW_BITS) - 1
                length = int32_at(lengths, row)
                if length == int32_at(lengths, other) and equal(
                    data + int32_at(starts, row), data + int32_at(starts, other), length
                ):
                    return False
            patience -= 1
            slot = (slot + 1) & mask
            entry = u64_at(table, slot)
        put_u64(table, slot, (hashed & ~ROW_BITS) | np.uint64(row + 1))
        if patience < 0:
            return False
    return True


@compiled
def find_row(args: int, mask: int, hashed: U64, document: int, length: int) -> int:
    """The row of a document, or -1."""
    data, table = int64_at(args, DATA), int64_at(args, TABLE)
    starts, lengths = int64_at(args, ROW_START), int64_at(args, ROW_LENGTH)
    slot = signed(hashed) & mask
    entry = u64_at(table, slot)
    while entry != ZERO:
        if (entry ^ hashed) & ~ROW_BITS == ZERO:
            row = signed(entry & ROW_BITS) - 1
            if length == int32_at(lengths, row) and equal(document, data + int32_at(starts, row), length):
                return row
        slot = (slot + 1) & mask
        entry = u64_at(table, slot)
    return -1
