"""Where the tokens of a line end, found 64 bytes at a time."""

from __future__ import annotations

import numpy as np

from harness.evaluation.kernel.layout import DATA, ENDS, HIGH_BYTES
from harness.evaluation.kernel.machine import classify, count_ones, not_graphic, trailing_zeros
from harness.evaluation.kernel.memory import (
    byte_at,
    compiled,
    inlined,
    int32_at,
    int64_at,
    put_int32,
    put_int64,
)

ONE, ZERO, TOP = np.uint64(1), np.uint64(0), np.uint64(63)
COLUMNS = 6
SPACE, TAB = 32, 9


@compiled
def split_line(args: int, start: int) -> int:
    """Fill ENDS for the line at ``start``; where its newline stands, or -1 if the line is not plain.

    Plain: six tokens, no control character. The block is known to end with a newline.
    """
    data, ends = int64_at(args, DATA), int64_at(args, ENDS)
    tokens, offset = 0, start
    before = ONE  # what stands before the line counts as white space
    while True:
        space, newline, control, high = classify(data + offset)
        inside = newline ^ (newline - ONE)  # up to the first newline; all 64 if there is none
        if control & inside != ZERO:
            return -1
        if high & inside != ZERO:
            put_int64(args, HIGH_BYTES, 1)
        bits = space & ~((space << ONE) | before) & inside
        tokens += count_ones(bits)
        if tokens > COLUMNS:
            return -1
        while bits != ZERO:
            put_int32(ends, 0, offset + trailing_zeros(bits))
            ends += 4
            bits &= bits - ONE
        if newline != ZERO:
            return offset + trailing_zeros(newline) if tokens == COLUMNS else -1
        before = space >> TOP
        offset += 64


@inlined
def query_of_line(args: int, start: int) -> tuple[int, int]:
    """Start and length of the first token of the line that was split."""
    query = token_start(int64_at(args, DATA), start)
    return query, int32_at(int64_at(args, ENDS), 0) - query


@inlined
def columns_of_line(args: int) -> tuple[int, int, int, int, int, int]:
    """Start and end of document, rank and score of the line that was split."""
    data, ends = int64_at(args, DATA), int64_at(args, ENDS)
    document = token_start(data, int32_at(ends, 1) + 1)
    rank, score = token_start(data, int32_at(ends, 2) + 1), token_start(data, int32_at(ends, 3) + 1)
    return document, int32_at(ends, 2), rank, int32_at(ends, 3), score, int32_at(ends, 4)


@inlined
def token_start(data: int, position: int) -> int:
    """The first byte from ``position`` on that is not white space."""
    while byte_at(data, position) <= SPACE:
        position += 1
    return position


@inlined
def three_tokens(data: int, start: int) -> tuple[int, int, int]:
    """Where three tokens of visible ASCII end that are parted by one space or tab; zeros if they are not."""
    other = not_graphic(data + start)
    first = trailing_zeros(other)
    other &= other - ONE
    second = trailing_zeros(other)
    other &= other - ONE
    third = trailing_zeros(other)
    if third >= 64 or first == 0 or second == first + 1 or third == second + 1:
        return 0, 0, 0
    first, second, third = first + start, second + start, third + start
    if not is_blank(byte_at(data, first)) or not is_blank(byte_at(data, second)):
        return 0, 0, 0
    return first, second, third


@inlined
def is_blank(byte: int) -> bool:
    """Whether a byte is a space or a tab."""
    return byte in (SPACE, TAB)
