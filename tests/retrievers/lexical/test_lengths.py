"""Lengths in one byte."""

from __future__ import annotations

import numpy as np

from harness.retrievers.lexical.lengths import LENGTHS, encode


def test_codes_decode_as_lucenes_small_float() -> None:
    # 24 plain codes, then 3 bits after the leading one: 24 + (0..15) are exact, 24 + 16 * (8..15) / 8 go by
    # twos, and the last code is 24 + 15 * 2**27, which no int32 exceeds by more than its rounding.
    assert LENGTHS[:40].tolist() == list(range(40))
    assert LENGTHS[40:49].tolist() == [40, 42, 44, 46, 48, 50, 52, 54, 56]
    assert LENGTHS[255] == 24 + 15 * 2**27
    assert (np.diff(LENGTHS) > 0).all()


def test_lengths_are_rounded_down() -> None:
    kept = LENGTHS[encode(np.array([0, 1, 39, 40, 41, 57, 100, 1000, 2**31 - 1], dtype=np.int32))]
    # 57 - 24 = 33 = 0b100001 keeps 0b1000xx = 32; 76 = 0b1001100 keeps 72; 976 = 0b1111010000 keeps 960.
    assert kept.tolist() == [0, 1, 39, 40, 40, 56, 96, 984, 24 + 15 * 2**27]
