"""Document lengths in one byte, as Lucene keeps them (``SmallFloat.intToByte4``).

Lengths below 40 are exact; from there on three bits after the leading one survive, rounded down.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

_EXACT = 24  # codes below this one stand for themselves; the others encode what is above it


def _decode(code: int) -> int:
    """Length that one byte stands for (``SmallFloat.byte4ToInt``)."""
    if code < _EXACT:
        return code
    mantissa, shift = (code - _EXACT) & 7, ((code - _EXACT) >> 3) - 1
    return _EXACT + (mantissa if shift < 0 else (mantissa | 8) << shift)


LENGTHS: Final[npt.NDArray[np.int64]] = np.array([_decode(code) for code in range(256)], dtype=np.int64)
"""int64[256]: the length of each code, ascending."""


def encode(lengths: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    """Return the code of the greatest representable length that is not above each length."""
    return (np.searchsorted(LENGTHS, lengths, side="right") - 1).astype(np.uint8)
