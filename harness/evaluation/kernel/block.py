"""The kernel's entry: one block of a run file, line by line.

Most lines repeat the one before but for document, rank and score. What stands before the document and what
stands behind the score is compared with the line before, and only the rest is taken apart; a line that does
not repeat the one before is taken apart as a whole. Both ways find the same tokens.
"""

from __future__ import annotations

from harness.evaluation.kernel.decimals import digits_only, read_number
from harness.evaluation.kernel.layout import (
    BEGIN,
    CONSUMED,
    DATA,
    END,
    FINAL,
    FINE,
    HIGH_BYTES,
    LINE_BYTES,
    N_LINES,
    N_SEEN,
    REFUSED,
    ROW_HASH,
    ROW_LENGTH,
    ROW_MANTISSA,
    ROW_PLACES,
    ROW_START,
)
from harness.evaluation.kernel.machine import word_at
from harness.evaluation.kernel.memory import (
    byte_at,
    compiled,
    inlined,
    int64_at,
    put_int32,
    put_int64,
    put_u64,
)
from harness.evaluation.kernel.ranking import finish_query
from harness.evaluation.kernel.strings import equal, hash_of, same_start
from harness.evaluation.kernel.tokens import columns_of_line, query_of_line, split_line, three_tokens

HASH_SIGN = 35
LONGEST_REPEAT = 64  # bytes that `same_start` compares


@compiled
def score_block(args: int) -> int:
    """Parse the lines of a block and score its complete queries; FINE or REFUSED."""
    data, end, longest = int64_at(args, DATA), int64_at(args, END), int64_at(args, LINE_BYTES)
    put_int64(args, N_SEEN, 0)
    put_int64(args, HIGH_BYTES, 0)
    line, start, rows, first, query, query_length = 0, int64_at(args, BEGIN), 0, 0, 0, -1
    head, head_length, tail, tail_length = 0, 0, 0, 0
    while start < end:
        document, score_end, stop = start + head_length, 0, 0
        if head_length and same_start(data + start, data + head, head_length):
            document_end, rank_end, score_end = three_tokens(data, document)
            stop = score_end + tail_length
        if score_end and stop <= end and same_start(data + score_end, data + tail, tail_length):
            rank, score = document_end + 1, rank_end + 1
        else:
            stop = split_line(args, start) + 1
            if stop == 0:
                return REFUSED
            id_start, length = query_of_line(args, start)
            if length != query_length or not equal(data + id_start, data + query, length):
                if rows and not finish_query(args, query, query_length, rows):
                    return REFUSED
                if byte_at(data, id_start) == HASH_SIGN:
                    return REFUSED
                put_int64(args, CONSUMED, start)
                rows, first, query, query_length = 0, line, id_start, length
            document, document_end, rank, rank_end, score, score_end = columns_of_line(args)
            head, head_length, tail, tail_length = start, document - start, score_end, stop - score_end
            if head_length > LONGEST_REPEAT or tail_length > LONGEST_REPEAT:
                head_length = 0
        if stop - start > longest:
            return REFUSED
        _read_document(args, rows, document, document_end - document)
        if not _read_numbers(args, rows, rank, rank_end, score, score_end):
            return REFUSED
        rows, line, start = rows + 1, line + 1, stop
    return _finish_block(args, query, query_length, rows, first, line)


@inlined
def _read_document(args: int, row: int, start: int, length: int) -> None:
    """Take a line's document over into the rows."""
    put_u64(int64_at(args, ROW_HASH), row, hash_of(int64_at(args, DATA) + start, length))
    put_int32(int64_at(args, ROW_START), row, start)
    put_int32(int64_at(args, ROW_LENGTH), row, length)


@inlined
def _read_numbers(args: int, row: int, rank: int, rank_end: int, score: int, score_end: int) -> bool:
    """Take a line's score over into the rows; False if it or the rank is out of the way."""
    data = int64_at(args, DATA)
    if rank_end - rank > 8 or not digits_only(word_at(data + rank), rank_end - rank):
        return False
    mantissa, places, fine = read_number(args, data, score, score_end)
    put_int64(int64_at(args, ROW_MANTISSA), row, mantissa)
    put_int32(int64_at(args, ROW_PLACES), row, places)
    return fine


@compiled
def _finish_block(args: int, query: int, query_length: int, rows: int, first: int, line: int) -> int:
    """Score the last query if nothing follows; otherwise its lines come again with the next block."""
    if int64_at(args, FINAL):
        if rows and not finish_query(args, query, query_length, rows):
            return REFUSED
        put_int64(args, CONSUMED, int64_at(args, END))
        first = line
    put_int64(args, N_LINES, first)
    return FINE
