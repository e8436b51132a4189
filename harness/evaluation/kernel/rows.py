"""The rows of one query: sorted if need be, and every document in a hash table, so that none stands twice."""

from __future__ import annotations

import numpy as np

from harness.evaluation.kernel.decimals import finished_number
from harness.evaluation.kernel.layout import (
    DATA,
    ORDER,
    POWERS_OF_TEN,
    ROW_BLOCK,
    ROW_HASH,
    ROW_LENGTH,
    ROW_MANTISSA,
    ROW_NEXT,
    ROW_PLACES,
    ROW_SCORE,
    ROW_START,
    SINGLE,
    SPARE,
    SUSPECTS,
    TABLE,
    TABLE_SLOTS,
)
from harness.evaluation.kernel.machine import signed
from harness.evaluation.kernel.memory import (
    U64,
    compiled,
    double_at,
    inlined,
    int32_at,
    int64_at,
    put_double,
    put_int32,
    put_u64,
    u64_at,
)
from harness.evaluation.kernel.strings import equal

MAX_ROWS = 2**30


@compiled
def finish_scores(args: int, n: int) -> None:
    """ROW_SCORE out of mantissas and decimal places, rounded to 4-byte floats if asked for."""
    mantissas, places = int64_at(args, ROW_MANTISSA), int64_at(args, ROW_PLACES)
    scores, powers = int64_at(args, ROW_SCORE), int64_at(args, POWERS_OF_TEN)
    for row in range(n):
        value = finished_number(int64_at(mantissas, row), int32_at(places, row), powers)
        put_double(scores, row, value)
    if int64_at(args, SINGLE):
        for row in range(n):
            put_double(scores, row, np.float64(np.float32(double_at(scores, row))))


@compiled
def note_blocks(args: int, n: int) -> int:
    """Fill ROW_BLOCK; the number of pairs of rows with equal scores, or -1 if scores do not descend."""
    scores, blocks = int64_at(args, ROW_SCORE), int64_at(args, ROW_BLOCK)
    descending, block, pairs = True, 0, 0
    before = double_at(scores, 0)
    for row in range(n):
        score = double_at(scores, row)
        block = block if score == before else row
        descending &= score <= before
        before = score
        put_int32(blocks, row, block)
        pairs += row - block
    return pairs if descending else -1


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
    """Slots - 1 of the hash table for n rows: a power of two, at most a quarter full."""
    slots = 64
    while slots < 4 * n:
        slots *= 2
    return min(slots, int64_at(args, TABLE_SLOTS)) - 1


@compiled
def fill_table(args: int, n: int) -> bool:
    """Put all rows into the hash table; False if a document stands twice or ids collide beyond reason.

    Each slot holds a chain of rows, the last one first, so nothing depends on whether a slot is taken: a
    branch on that would be mispredicted for one row in ten. Rows that met a taken slot are looked at later.
    """
    hashes, table, chain = int64_at(args, ROW_HASH), int64_at(args, TABLE), int64_at(args, ROW_NEXT)
    suspects, mask, count = int64_at(args, SUSPECTS), table_mask(args, n), 0
    for slot in range(mask + 1):
        put_int32(table, slot, 0)
    for row in range(n):
        slot = signed(u64_at(hashes, row)) & mask
        before = int32_at(table, slot)
        put_int32(chain, row, before)
        put_int32(table, slot, row + 1)
        put_int32(suspects, count, row)
        count += before != 0
    patience = 16 * n + 1024  # identifiers made to collide must not cost quadratic time
    for suspect in range(count):
        row = int32_at(suspects, suspect)
        other = int32_at(chain, row)
        while other:
            if _same_document(args, row, other - 1):
                return False
            patience -= 1
            other = int32_at(chain, other - 1)
        if patience < 0:
            return False
    return True


@inlined
def _same_document(args: int, row: int, other: int) -> bool:
    """Whether two rows have the same document."""
    hashes, lengths = int64_at(args, ROW_HASH), int64_at(args, ROW_LENGTH)
    if u64_at(hashes, row) != u64_at(hashes, other) or int32_at(lengths, row) != int32_at(lengths, other):
        return False
    data, starts = int64_at(args, DATA), int64_at(args, ROW_START)
    return equal(data + int32_at(starts, row), data + int32_at(starts, other), int32_at(lengths, row))


@compiled
def find_row(args: int, mask: int, hashed: U64, document: int, length: int) -> int:
    """The row of a document, or -1."""
    data, table, chain = int64_at(args, DATA), int64_at(args, TABLE), int64_at(args, ROW_NEXT)
    hashes, starts, lengths = int64_at(args, ROW_HASH), int64_at(args, ROW_START), int64_at(args, ROW_LENGTH)
    row = int32_at(table, signed(hashed) & mask) - 1
    while row >= 0:
        same = hashed == u64_at(hashes, row) and length == int32_at(lengths, row)
        if same and equal(document, data + int32_at(starts, row), length):
            return row
        row = int32_at(chain, row) - 1
    return -1
