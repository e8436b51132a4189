"""Where tokens end in a block of bytes, found 64 bytes at a time."""

from __future__ import annotations

import numpy as np

from harness.evaluation.kernel.layout import BEGIN, DATA, END, ENDS, HIGH_BYTES
from harness.evaluation.kernel.machine import classify, count_ones, trailing_zeros
from harness.evaluation.kernel.memory import U64, compiled, inlined, int64_at, put_int32, put_int64
from harness.evaluation.kernel.strings import ALL

ONE, ZERO, TOP = np.uint64(1), np.uint64(0), np.uint64(63)
SPREE = 8  # positions written without asking whether there are so many


@inlined
def write_positions(target: int, count: int, bits: U64, offset: int) -> int:
    """Append ``offset`` plus the position of each one in ``bits`` to an int32 array; the new count.

    A loop that ends after an unforeseeable number of turns costs a mispredicted branch each time, so the
    first positions are written whether they exist or not; what is too much is overwritten by the next call.
    """
    total = count_ones(bits)
    for place in range(SPREE):
        put_int32(target, count + place, offset + trailing_zeros(bits))
        bits &= bits - ONE
    if total > SPREE:
        for place in range(SPREE, 2 * SPREE):
            put_int32(target, count + place, offset + trailing_zeros(bits))
            bits &= bits - ONE
        place = 2 * SPREE
        while bits != ZERO:
            put_int32(target, count + place, offset + trailing_zeros(bits))
            bits &= bits - ONE
            place += 1
    return count + total


@compiled
def tokenise(args: int) -> tuple[int, int, bool]:
    """Fill ENDS; the numbers of tokens and of newlines, and whether a control character was met.

    The block starts with a line and ends with a newline.
    """
    data, begin, end = int64_at(args, DATA), int64_at(args, BEGIN), int64_at(args, END)
    ends = int64_at(args, ENDS)
    tokens = newlines = 0
    controls = highs = ZERO
    before = ONE  # what stands before the block counts as white space
    for offset in range(begin, end, 64):
        space, newline, control, high = classify(data + offset)
        if end - offset < 64:
            inside = ALL >> np.uint64(64 - (end - offset))
            space |= ~inside
            newline &= inside
            control &= inside
            high &= inside
        controls |= control
        highs |= high
        newlines += count_ones(newline)
        tokens = write_positions(ends, tokens, space & ~((space << ONE) | before), offset)
        before = space >> TOP
    put_int64(args, HIGH_BYTES, 1 if highs != ZERO else 0)
    return tokens, newlines, controls != ZERO
