"""Scores and ranks out of bytes, many at once; exactly the doubles that Python's ``float`` reads."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harness.columns import Bytes, Ints
from harness.records import Floats

WIDTH = 32  # tokens longer than this are read one at a time
RANK_DIGITS = 9
MAX_RANK = 2**31 - 1
NUMBER = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?i:inf|infinity|nan)")
INTEGER = re.compile(rb"[+-]?[0-9]{1,19}")

# A state machine for decimal numbers. Classes: 0 other, 1 end of token, 2 digit, 3 sign, 4 point, 5 exponent.
# States: 0 start, 1 signed, 2 whole digits, 3 point first, 4 fraction, 5 exponent, 6 its sign, 7 its digits,
# 8 refused. A row is a state, a column a class, a cell the next state.
_CLASSES = np.zeros(256, dtype=np.uint8)
_CLASSES[0] = 1
_CLASSES[ord("0") : ord("9") + 1] = 2
_CLASSES[[ord("+"), ord("-")]] = 3
_CLASSES[ord(".")] = 4
_CLASSES[[ord("e"), ord("E")]] = 5
_NEXT = np.array(
    [
        [8, 8, 2, 1, 3, 8, 8, 8],
        [8, 8, 2, 8, 3, 8, 8, 8],
        [8, 2, 2, 8, 4, 5, 8, 8],
        [8, 8, 4, 8, 8, 8, 8, 8],
        [8, 4, 4, 8, 8, 5, 8, 8],
        [8, 8, 7, 6, 8, 8, 8, 8],
        [8, 8, 7, 8, 8, 8, 8, 8],
        [8, 7, 7, 8, 8, 8, 8, 8],
        [8, 8, 8, 8, 8, 8, 8, 8],
    ],
    dtype=np.uint8,
).ravel()
_ACCEPTED = np.isin(np.arange(9), [2, 4, 7])


class Scores(NamedTuple):
    """``values`` float64[n], NaN where there is no number; ``text`` the rows whose token is not a number."""

    values: Floats
    text: Ints


class Ranks(NamedTuple):
    """``values`` int32[n], 0 where there is no rank; ``text`` the rows whose token is not a whole number."""

    values: npt.NDArray[np.int32]
    text: Ints


def token_table(data: Bytes, starts: Ints, lengths: Ints, width: int) -> npt.NDArray[np.uint8]:
    """The first ``width`` bytes of each token as a row, padded with zeros: uint8[n, width]."""
    places = np.arange(width)
    table = data.take(starts[:, None] + places, mode="clip")
    table[places >= lengths[:, None]] = 0
    return table


def parse_scores(data: Bytes, starts: Ints, lengths: Ints) -> Scores:
    """Read decimal and scientific numbers, ``inf`` and ``nan``; ``1_0``, ``0x10`` and ``1,5`` are text."""
    width = min(WIDTH, max(1, int(lengths.max(initial=1))))
    table = token_table(data, starts, lengths, width)
    state = np.zeros(len(starts), dtype=np.uint8)
    for place in range(width):
        state = _NEXT.take(state * 8 + _CLASSES.take(table[:, place]))
    plain = _ACCEPTED[state] & (lengths <= width)
    texts = table.view(f"S{width}").reshape(len(starts))
    if plain.all():
        return Scores(texts.astype(np.float64), np.empty(0, dtype=np.int64))
    values = np.full(len(starts), np.nan)
    values[plain] = texts[plain].astype(np.float64)
    text = []
    for row in np.flatnonzero(~plain).tolist():
        token = data[starts[row] : starts[row] + lengths[row]].tobytes()
        if NUMBER.fullmatch(token):
            values[row] = float(token)
        else:
            text.append(row)
    return Scores(values, np.array(text, dtype=np.int64))


def parse_ranks(data: Bytes, starts: Ints, lengths: Ints) -> Ranks:
    """Read whole numbers; a sign is allowed."""
    width = min(RANK_DIGITS, max(1, int(lengths.max(initial=1))))
    table = token_table(data, starts, lengths, width)
    values = np.zeros(len(starts), dtype=np.int64)
    plain = lengths <= width
    for place in range(width):
        digit = table[:, place] - np.uint8(ord("0"))
        inside = place < lengths
        values = np.where(inside, values * 10 + digit, values)
        plain &= (digit <= 9) | ~inside
    text = []
    for row in np.flatnonzero(~plain).tolist():
        token = data[starts[row] : starts[row] + lengths[row]].tobytes()
        number = int(token) if INTEGER.fullmatch(token) else MAX_RANK + 1
        if abs(number) > MAX_RANK:
            number = 0
            text.append(row)
        values[row] = number
    return Ranks(values.astype(np.int32), np.array(text, dtype=np.int64))
