"""The first 128 bits of powers of five, for reading decimal numbers (see decimals.py)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LOWEST_POWER, HIGHEST_POWER = -64, 64
"""Powers of ten that the table covers: scores of retrieval systems lie well inside."""


def powers_of_five() -> npt.NDArray[np.uint64]:
    """uint64[2 * m]: for each power 5^e, scaled to 128 bits, the upper and the lower half.

    Truncated for e >= 0, rounded up for e < 0, as Lemire 2021 (section 4) needs it.
    """
    halves: list[int] = []
    for exponent in range(LOWEST_POWER, HIGHEST_POWER + 1):
        power = 5 ** abs(exponent)
        if exponent < 0:
            bits = (power - 1).bit_length()
            scaled = (1 << (bits + 127 if exponent >= -27 else 2 * bits + 128)) // power + 1
        else:
            scaled = power << 128
        scaled >>= scaled.bit_length() - 128
        halves += [scaled >> 64, scaled & (2**64 - 1)]
    return np.array(halves, dtype=np.uint64)


def powers_of_ten() -> npt.NDArray[np.float64]:
    """10^0 to 10^22, all exact in a double, and one number more, so that READY may be looked up."""
    return np.array([float(10**exponent) for exponent in range(23)] + [1.0])
