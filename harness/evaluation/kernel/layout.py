"""Where the kernel finds its arguments: positions in one int64 array of addresses and numbers.

The kernel is compiled native code that knows nothing of Python. The driver fills the array, the kernel
reads it; both import the names from here.
"""

from __future__ import annotations

from itertools import count

_next = count().__next__

# Input: a block of whole lines.
DATA = _next()  # address; at least SLACK bytes may be read behind END
BEGIN = _next()
END = _next()
FINAL = _next()  # 1 if no further block follows, so that the last query is complete
SINGLE = _next()  # 1 to round scores to 4-byte floats
LINE_BYTES = _next()  # the longest line allowed

# Scratch for a block.
ENDS = _next()  # int32[], where tokens end

# Scratch for the rows of one query, in file order or, where scores do not descend, sorted.
ROW_HASH = _next()  # uint64[], of the document id
ROW_START = _next()  # int32[], of the document id in the block
ROW_LENGTH = _next()  # int32[], of the document id
ROW_MANTISSA = _next()  # int64[], the score without its point, or the bits of a double: see ROW_PLACES
ROW_PLACES = _next()  # int32[], decimal places of the mantissa, or READY
ROW_SCORE = _next()  # float64[]
ROW_BLOCK = _next()  # int32[], first row of the block of equal scores
ROW_NEXT = _next()  # int32[], the row before with the same slot of TABLE + 1, or 0
SUSPECTS = _next()  # int32[], rows whose slot was taken
ORDER = _next()  # int32[]
SPARE = _next()  # 8 bytes a row
HEAD = _next()  # int32[], all -1 between calls
TABLE = _next()  # int32[], hash table of the documents of a query: the last row of each slot + 1
TABLE_SLOTS = _next()

# Judgments: n documents of q queries, see JudgmentIndex.
N_QUERIES = _next()
N_DOCUMENTS = _next()
QUERY_TABLE = _next()  # int32[], hash table of query positions + 1
QUERY_MASK = _next()
QUERY_DATA = _next()
QUERY_OFFSETS = _next()  # int64[q + 1]
QUERY_STARTS = _next()  # int64[q + 1]
DOCUMENT_HASH = _next()  # uint64[n]
DOCUMENT_DATA = _next()
DOCUMENT_OFFSETS = _next()  # int64[n + 1]

# Scratch for the hits of one query.
FOUND = _next()  # int32[n], judgment
CHAIN = _next()  # int32[n], the next hit in the same block of equal scores, or -1
MEMBERS = _next()  # int32[n]
ABOVE = _next()  # int32[n + 1]

# Constants.
POWERS_OF_TEN = _next()  # float64[23]
POWERS_OF_FIVE = _next()  # uint64[2 * m], see decimals.py

# Output.
HIT_JUDGMENT = _next()  # int32[n], hits in the order of the file's queries, by rank
HIT_RANK = _next()  # int32[n]
HIT_TIE_START = _next()  # int32[n]
HIT_TIE_SIZE = _next()  # int32[n]
RETURNED = _next()  # int64[q]
TIED_PAIRS = _next()  # int64[q]
QUERIES_SEEN = _next()  # uint64[], hashes of the query ids of this block
N_HITS = _next()  # grows from block to block
N_SEEN = _next()  # queries in this block
N_LINES = _next()  # lines used of this block
CONSUMED = _next()  # where the first unused line starts
HIGH_BYTES = _next()  # not 0 if a byte of the block is not ASCII

SIZE = _next()

SLACK = 128
"""Bytes that may be read behind the data; the kernel loads 64 at a time."""

INDEX, SCORE = 0, 1
"""What the kernel is to do: hash judgments, or score a block."""

FINE, REFUSED = 0, 1
"""What the kernel returns. REFUSED: something that the fast path does not take; the strict reader decides."""
