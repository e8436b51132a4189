"""The kernel's number reader: what it reads is what Python's float reads, bit by bit."""

from __future__ import annotations

import ctypes
import random
import re
from collections.abc import Callable
from decimal import Decimal

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.evaluation.kernel import layout as at
from harness.evaluation.kernel.decimals import finished_number, read_number
from harness.evaluation.kernel.powers import HIGHEST_POWER, LOWEST_POWER, powers_of_five, powers_of_ten

NUMBER = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
Reader = Callable[[bytes], tuple[float, bool]]


@pytest.fixture(scope="module")
def read() -> Reader:
    """Read one number as the kernel does: its value, and whether the kernel took it."""

    @numba.njit(error_model="numpy")
    def entry(args: int, data: int, powers: int, stop: int) -> tuple[float, bool]:
        mantissa, places, fine = read_number(args, data, 0, stop)
        return finished_number(mantissa, places, powers), fine

    args = np.zeros(at.SIZE, dtype=np.int64)
    tens, fives = powers_of_ten(), powers_of_five()
    args[at.POWERS_OF_TEN], args[at.POWERS_OF_FIVE] = tens.ctypes.data, fives.ctypes.data
    room = bytearray(4096)
    address = ctypes.addressof(ctypes.c_char.from_buffer(room))

    def call(text: bytes) -> tuple[float, bool]:
        room[: len(text) + 1] = text + b" "
        value, fine = entry(args.ctypes.data, address, tens.ctypes.data, len(text))
        assert tens is not None and fives is not None  # alive as long as their addresses are used
        return value, fine

    return call


def check_reading(read: Reader, text: bytes) -> bool:
    value, fine = read(text)
    if fine:
        assert NUMBER.fullmatch(text), text
        assert value.hex() == float(text).hex(), text
    return bool(fine)


def test_numbers_as_runs_have_them_are_all_taken(read: Reader) -> None:
    chance = random.Random(1)
    for _ in range(20_000):
        score = chance.gauss(0, 1) * 10 ** chance.randint(-8, 8)
        for text in (
            repr(score),
            f"{score:.6f}",
            f"{score:.4f}",
            f"{score:.17g}",
            f"{score:e}",
            str(int(score)),
        ):
            assert check_reading(read, text.encode()), text
        assert check_reading(read, repr(float(np.float32(score))).encode())


def test_numbers_between_two_doubles(read: Reader) -> None:
    """Halfway cases, where one more bit decides, and their neighbours in the last digit."""
    chance = random.Random(2)
    taken = 0
    for _ in range(5_000):
        whole = chance.randint(2**53, 2**63) | 1
        for number in (whole, whole - 1, whole + 1, chance.randint(0, 10**19)):
            for power in (0, -1, -3, -7, -19, 5, 20):
                taken += check_reading(read, f"{number}e{power}".encode())
        middle = Decimal(2**53 + 2 * chance.randint(0, 2**40) + 1) / 2 ** chance.randint(0, 4)
        taken += check_reading(read, str(middle).encode())
    assert taken > 100_000


@settings(max_examples=2_000, deadline=None)
@given(text=st.from_regex(NUMBER, fullmatch=True).filter(lambda text: len(text) < 400))
def test_whatever_is_taken_is_read_right(read: Reader, text: bytes) -> None:
    check_reading(read, text)


@settings(max_examples=2_000, deadline=None)
@given(text=st.text("0123456789+-.eE_xnaif", min_size=1, max_size=24))
def test_what_is_not_a_number_is_never_taken(read: Reader, text: str) -> None:
    check_reading(read, text.encode())


@pytest.mark.parametrize(
    "text", ["", "-", "+", ".", "1e", "1e+", "e1", "--1", "1.2.3", "1 2", "0x1", "1_0", "nan", "inf"]
)
def test_fragments(read: Reader, text: str) -> None:
    assert not read(text.encode())[1]


@pytest.mark.parametrize("power", [LOWEST_POWER - 1, LOWEST_POWER, HIGHEST_POWER, HIGHEST_POWER + 1])
def test_the_edges_of_the_table(read: Reader, power: int) -> None:
    inside = LOWEST_POWER <= power <= HIGHEST_POWER
    for mantissa in (1, 7, 9007199254740993, 9999999999999999999):
        assert check_reading(read, f"{mantissa}e{power}".encode()) == inside
