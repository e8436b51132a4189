"""Hashing and comparing identifiers at raw addresses; up to seven bytes behind them are read and ignored."""

from __future__ import annotations

import numpy as np

from harness.evaluation.kernel.machine import big_endian, differs, high_product, word_at
from harness.evaluation.kernel.memory import U64, compiled, inlined

ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
SEED = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio, Knuth's multiplier
OTHER_SEED = np.uint64(0xD1B54A32D192ED03)


@inlined
def low_bytes(word: U64, count: int) -> U64:
    """The first ``count`` (1 to 8) bytes of a word, the others 0."""
    return word & (ALL >> np.uint64(64 - 8 * count))


@inlined
def folded_product(a: U64, b: U64) -> U64:
    """Both halves of a 128-bit product, combined."""
    return (a * b) ^ high_product(a, b)


@inlined
def hash_of(address: int, length: int) -> U64:
    """A u64 that depends on every byte and on the length; sixteen bytes a multiplication.

    The last sixteen (or eight) bytes may overlap those before, which spares loops and masks.
    """
    state, last = np.uint64(length) * OTHER_SEED, address + length
    if length > 16:
        while address < last - 16:
            state = folded_product(word_at(address) ^ SEED, word_at(address + 8) ^ state)
            address += 16
        return folded_product(word_at(last - 16) ^ SEED, word_at(last - 8) ^ state)
    if length >= 8:
        return folded_product(word_at(address) ^ SEED, word_at(last - 8) ^ state)
    first = low_bytes(word_at(address), length) if length > 0 else np.uint64(0)
    return folded_product(first ^ SEED, state)


@inlined
def equal(a: int, b: int, length: int) -> bool:
    """Whether two strings of the same length have the same bytes."""
    while length > 8:
        if word_at(a) != word_at(b):
            return False
        a += 8
        b += 8
        length -= 8
    return length <= 0 or low_bytes(word_at(a), length) == low_bytes(word_at(b), length)


@inlined
def same_start(a: int, b: int, length: int) -> bool:
    """Whether two strings of the same length (1 to 64) have the same bytes; reads 64 of each."""
    return bool(differs(a, b) << np.uint64(64 - length) == np.uint64(0))


@compiled
def greater(a: int, a_length: int, b: int, b_length: int) -> bool:
    """Whether string a comes after string b in byte order, as strcmp has it. Strings hold no NUL."""
    while True:
        first = low_bytes(word_at(a), min(a_length, 8)) if a_length > 0 else np.uint64(0)
        second = low_bytes(word_at(b), min(b_length, 8)) if b_length > 0 else np.uint64(0)
        if first != second:
            return bool(big_endian(first) > big_endian(second))
        if a_length <= 8 or b_length <= 8:
            return a_length > b_length
        a += 8
        b += 8
        a_length -= 8
        b_length -= 8
