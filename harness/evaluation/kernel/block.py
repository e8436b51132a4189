"""The kernel's entry: one block of a run file, line by line."""

from __future__ import annotations

import numpy as np

from harness.evaluation.kernel.decimals import digits_only, read_number
from harness.evaluation.kernel.layout import (
    BEGIN,
    CONSUMED,
    DATA,
    END,
    ENDS,
    FINAL,
    FINE,
    LINE_BYTES,
    N_LINES,
    N_SEEN,
    REFUSED,
    ROW_BLOCK,
    ROW_HASH,
    ROW_LENGTH,
    ROW_SCORE,
    ROW_START,
    SINGLE,
)
from harness.evaluation.kernel.machine import word_at
from harness.evaluation.kernel.memory import (
    byte_at,
    compiled,
    double_at,
    inlined,
    int32_at,
    int64_at,
    put_double,
    put_int32,
    put_int64,
    put_u64,
)
from harness.evaluation.kernel.ranking import finish_query
from harness.evaluation.kernel.strings import equal, hash_of
from harness.evaluation.kernel.tokens import tokenise

NEWLINE, SPACE, HASH_SIGN = 10, 32, 35


@compiled
def score_block(args: int) -> int:
    """Parse the lines of a block and score its complete queries; FINE or REFUSED."""
    tokens, newlines, odd = tokenise(args)
    if odd or tokens != 6 * newlines:
        return REFUSED
    data, ends = int64_at(args, DATA), int64_at(args, ENDS)
    longest = int64_at(args, LINE_BYTES)
    put_int64(args, N_SEEN, 0)
    rows, first, query, query_length = 0, 0, 0, -1
    descending, line_start = True, int64_at(args, BEGIN)
    for line in range(newlines):
        start = token_start(data, line_start)
        length = int32_at(ends, 0) - start
        if length != query_length or not equal(data + start, data + query, length):
            if rows and not finish_query(args, query, query_length, rows, descending):
                return REFUSED
            if byte_at(data, start) == HASH_SIGN:
                return REFUSED
            put_int64(args, CONSUMED, line_start)
            rows, first, query, query_length, descending = 0, line, start, length, True
        newline = int32_at(ends, 5)
        while byte_at(data, newline) != NEWLINE and byte_at(data, newline) <= SPACE:
            newline += 1
        # As many newlines as lines, and one behind each sixth token: so none stands anywhere else.
        if byte_at(data, newline) != NEWLINE or newline - line_start >= longest:
            return REFUSED
        if not _read_row(args, ends, rows):
            return REFUSED
        descending = _note_block(args, rows) and descending
        rows += 1
        ends += 6 * 4
        line_start = newline + 1
    if int64_at(args, FINAL):
        if rows and not finish_query(args, query, query_length, rows, descending):
            return REFUSED
        put_int64(args, CONSUMED, int64_at(args, END))
        first = newlines
    put_int64(args, N_LINES, first)
    return FINE


@inlined
def token_start(data: int, position: int) -> int:
    """The first byte from ``position`` on that is not white space."""
    while byte_at(data, position) <= SPACE:
        position += 1
    return position


@inlined
def _read_row(args: int, ends: int, row: int) -> bool:
    """Take document and score of a line over into the rows; False if its rank or score is out of the way."""
    data = int64_at(args, DATA)
    start, stop = token_start(data, int32_at(ends, 1) + 1), int32_at(ends, 2)
    put_u64(int64_at(args, ROW_HASH), row, hash_of(data + start, stop - start))
    put_int32(int64_at(args, ROW_START), row, start)
    put_int32(int64_at(args, ROW_LENGTH), row, stop - start)
    start, stop = token_start(data, stop + 1), int32_at(ends, 3)
    if stop - start > 8 or not digits_only(word_at(data + start), stop - start):
        return False
    score, fine = read_number(args, data, token_start(data, stop + 1), int32_at(ends, 4))
    if int64_at(args, SINGLE):
        score = np.float64(np.float32(score))
    put_double(int64_at(args, ROW_SCORE), row, score)
    return fine


@inlined
def _note_block(args: int, row: int) -> bool:
    """Write down where the row's block of equal scores begins; False if its score is above the last one."""
    scores, blocks = int64_at(args, ROW_SCORE), int64_at(args, ROW_BLOCK)
    if row == 0:
        put_int32(blocks, 0, 0)
        return True
    score, before = double_at(scores, row), double_at(scores, row - 1)
    put_int32(blocks, row, int32_at(blocks, row - 1) if score == before else row)
    return score <= before
