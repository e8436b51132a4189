"""Decimal numbers out of bytes, always the nearest double, as strtod and Python's float have it.

Three ways, each exact or abandoned: mantissa and power of ten both exact in a double (Clinger 1990,
"How to read floating point numbers accurately"); otherwise one or two 64-bit products with a table of
powers of five (Lemire 2021, "Number parsing at a gigabyte per second", Software: Practice and Experience
51:8); otherwise no answer, and the strict reader takes the file.
"""

from __future__ import annotations

import numpy as np

from harness.evaluation.kernel.layout import POWERS_OF_FIVE, POWERS_OF_TEN
from harness.evaluation.kernel.machine import as_double, bits_of, high_product, leading_zeros, signed, word_at
from harness.evaluation.kernel.memory import U64, byte_at, compiled, double_at, inlined, int64_at, u64_at
from harness.evaluation.kernel.powers import HIGHEST_POWER, LOWEST_POWER
from harness.evaluation.kernel.strings import ALL

ONE, ZERO, TEN = np.uint64(1), np.uint64(0), np.uint64(10)
EXACT = np.uint64(2**53)
MAX_DIGITS = 19  # 10^19 - 1 fits into a u64
ZEROS = np.uint64(0x3030303030303030)  # "00000000"
TENS = tuple(np.uint64(10**places) for places in range(9))
PLUS, MINUS, E = 43, 45, 101
POINT = 46 - 48  # as a digit
READY = 23  # instead of decimal places


@inlined
def read_number(args: int, data: int, start: int, stop: int) -> tuple[int, int, bool]:
    """The number in ``data[start:stop]`` for `finished_number`; whether this way of reading it was possible.

    Mantissa and decimal places where both are exact in a double, else the bits of the double and READY. The
    division is left for later, when many can be done at once and nobody waits for it.
    """
    position = start
    first = byte_at(data, position)
    negative = first == MINUS
    if negative or first == PLUS:
        position += 1
    mantissa, exponent, fine = _plain(data, position, stop)
    if not fine:
        mantissa, exponent, fine = _any_form(data, position, stop)
    if not fine:
        return 0, 0, False
    if ZERO < mantissa <= EXACT and -22 <= exponent <= 0:  # -0 keeps its sign the other way
        return -signed(mantissa) if negative else signed(mantissa), -exponent, True
    value, fine = nearest_double(args, mantissa, exponent)
    return signed(bits_of(-value if negative else value)), READY, fine


@inlined
def finished_number(mantissa: int, places: int, powers: int) -> float:
    """The double that `read_number` meant; ``powers`` is the address of POWERS_OF_TEN."""
    if places == READY:
        return as_double(np.uint64(mantissa))
    return np.float64(mantissa) / double_at(powers, places)


@inlined
def _plain(data: int, position: int, stop: int) -> tuple[U64, int, bool]:
    """The common form: up to three digits, a point, up to sixteen digits, these eight at a time."""
    mantissa = ZERO
    limit = min(position + 3, stop - 2)
    digit = byte_at(data, position) - 48
    while 0 <= digit <= 9 and position < limit:
        mantissa = mantissa * TEN + np.uint64(digit)
        position += 1
        digit = byte_at(data, position) - 48
    places = stop - position - 1
    if digit != POINT or not 1 <= places <= 16:
        return ZERO, 0, False
    position += 1
    exponent = -places
    if places > 8:
        value, fine = _eight_digits(word_at(data + position))
        if not fine:
            return ZERO, 0, False
        mantissa = mantissa * np.uint64(10**8) + value
        position += 8
        places -= 8
    value, fine = _eight_digits(
        (word_at(data + position) << np.uint64(64 - 8 * places)) | (ZEROS >> np.uint64(8 * places))
        if places < 8
        else word_at(data + position)
    )
    return mantissa * TENS[places] + value, exponent, fine


@inlined
def _eight_digits(word: U64) -> tuple[U64, bool]:
    """The number that eight ASCII digits make, the first of them lowest, and whether they are digits.

    Pairs, then fours, then all eight are combined by three multiplications.
    """
    digits = word ^ ZEROS
    fine = ((digits + np.uint64(0x7676767676767676)) | digits) & np.uint64(0x8080808080808080) == ZERO
    digits = digits * TEN + (digits >> np.uint64(8))
    pairs = digits & np.uint64(0x000000FF000000FF)
    others = (digits >> np.uint64(16)) & np.uint64(0x000000FF000000FF)
    value = pairs * np.uint64(100 + (1000000 << 32)) + others * np.uint64(1 + (10000 << 32))
    return value >> np.uint64(32), fine


@inlined
def digits_only(word: U64, length: int) -> bool:
    """Whether the first ``length`` (1 to 8) bytes of a word are ASCII digits."""
    digits = (word ^ ZEROS) << np.uint64(64 - 8 * length)
    return bool(((digits + np.uint64(0x7676767676767676)) | digits) & np.uint64(0x8080808080808080) == ZERO)


@compiled
def _any_form(data: int, position: int, stop: int) -> tuple[U64, int, bool]:
    """Any decimal number of at most nineteen significant digits, as mantissa and power of ten."""
    mantissa, exponent, digits, position, fine = _mantissa(data, position, stop)
    if not fine or digits > MAX_DIGITS:
        return ZERO, 0, False
    if position < stop:
        written, fine = _exponent(data, position, stop)
        return mantissa, exponent + written, fine
    return mantissa, exponent, True


@compiled
def _mantissa(data: int, position: int, stop: int) -> tuple[U64, int, int, int, bool]:
    """Digits with at most one point among them: value, power of ten, significant digits, where it ends."""
    mantissa, exponent, digits, seen, point = ZERO, 0, 0, 0, False
    while position < stop:
        digit = byte_at(data, position) - 48
        if 0 <= digit <= 9:
            mantissa = mantissa * TEN + np.uint64(digit)
            seen += 1
            if mantissa != ZERO:
                digits += 1
            if point:
                exponent -= 1
        elif digit == POINT and not point:
            point = True
        else:
            break
        position += 1
    return mantissa, exponent, digits, position, seen > 0


@compiled
def _exponent(data: int, position: int, stop: int) -> tuple[int, bool]:
    """The power of ten after ``e`` or ``E``, and whether there is one of at most five digits."""
    if byte_at(data, position) | 32 != E:
        return 0, False
    position += 1
    sign = byte_at(data, position) if position < stop else 0
    if sign in (MINUS, PLUS):
        position += 1
    if not 1 <= stop - position <= 5:
        return 0, False
    value = 0
    while position < stop:
        digit = byte_at(data, position) - 48
        if not 0 <= digit <= 9:
            return 0, False
        value = value * 10 + digit
        position += 1
    return -value if sign == MINUS else value, True


@inlined
def nearest_double(args: int, mantissa: U64, exponent: int) -> tuple[float, bool]:
    """mantissa * 10^exponent, rounded once to the nearest double, ties to even."""
    if mantissa == ZERO:
        return 0.0, True
    if mantissa <= EXACT and -22 <= exponent <= 22:
        powers = int64_at(args, POWERS_OF_TEN)
        if exponent < 0:
            return np.float64(mantissa) / double_at(powers, -exponent), True
        return np.float64(mantissa) * double_at(powers, exponent), True
    if exponent < LOWEST_POWER or exponent > HIGHEST_POWER:
        return 0.0, False
    return _by_product(int64_at(args, POWERS_OF_FIVE) + 16 * (exponent - LOWEST_POWER), mantissa, exponent)


@compiled
def _by_product(power: int, mantissa: U64, exponent: int) -> tuple[float, bool]:
    """Lemire's algorithm for normal doubles; subnormal and infinite results are left to others."""
    zeros = leading_zeros(mantissa)
    scaled = mantissa << np.uint64(zeros)
    low, high = scaled * u64_at(power, 0), high_product(scaled, u64_at(power, 0))
    if high & np.uint64(0x1FF) == np.uint64(0x1FF):  # the bits that round depend on the lower half of 5^e
        carry = high_product(scaled, u64_at(power, 1))
        low += carry
        if low < carry:
            high += ONE
    if low == ALL and not -27 <= exponent <= 55:
        return 0.0, False
    upper = signed(high >> np.uint64(63))
    bits = high >> np.uint64(upper + 64 - 52 - 3)
    # floor(exponent * log2(10)) + 63, see section 5 of the paper
    binary = ((217706 * exponent) >> 16) + 63 + upper - zeros + 1023
    if not 1 <= binary < 2046:
        return 0.0, False
    halfway = low <= ONE and -4 <= exponent <= 23 and bits & np.uint64(3) == ONE
    if halfway and bits << np.uint64(upper + 64 - 52 - 3) == high:
        bits &= ~ONE  # exactly between two doubles: to the even one
    bits = (bits + (bits & ONE)) >> ONE
    if bits >= np.uint64(2**53):
        bits = np.uint64(2**52)
        binary += 1
    return as_double((bits & np.uint64(2**52 - 1)) | (np.uint64(binary) << np.uint64(52))), True
