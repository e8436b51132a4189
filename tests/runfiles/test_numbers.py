"""Numbers are read as Python reads them, but only numbers."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.runfiles.numbers import parse_ranks, parse_scores

# The grammar once more, in another notation than the code's.
DECIMAL = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)
WORD = re.compile(r"[-+]?(inf|infinity|nan)", re.IGNORECASE)


def columns(tokens: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    encoded = [token.encode() for token in tokens]
    lengths = np.array([len(token) for token in encoded], dtype=np.int64)
    starts = np.cumsum(lengths + 1) - lengths - 1
    return np.frombuffer(b" ".join(encoded) + b"\n", dtype=np.uint8), starts, lengths


def same(a: float, b: float) -> bool:
    return np.float64(a).tobytes() == np.float64(b).tobytes() or (math.isnan(a) and math.isnan(b))


@given(st.lists(st.floats(allow_nan=False), min_size=1))
@example([5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -0.0, 0.1 + 0.2, 1e23, 9007199254740993.0])
def test_every_double_is_read_back(values: list[float]) -> None:
    found = parse_scores(*columns([repr(value) for value in values]))
    assert len(found.text) == 0
    assert all(map(same, found.values.tolist(), values))


@given(st.lists(st.text(alphabet="0123456789+-.eEinfaty_x,", min_size=1, max_size=40), min_size=1))
@example(
    ["1_0", "0x10", "1,5", ".", "+", "-.e1", "1e", "1e+", "e5", "1.2.3", "1e5.0", "--1", "infinit", "nan1"]
)
@example(["5.", ".5", "-.5e-3", "+7", "1E5", "INF", "-Infinity", "NaN", "1e999", "-1e-999", "0" * 40 + "1.5"])
def test_text_is_told_from_numbers(tokens: list[str]) -> None:
    found = parse_scores(*columns(tokens))
    text = [i for i, token in enumerate(tokens) if not DECIMAL.fullmatch(token) and not WORD.fullmatch(token)]
    assert found.text.tolist() == text
    for i, token in enumerate(tokens):
        assert same(found.values[i], math.nan if i in text else float(token))


def test_halfway_cases_are_rounded_to_even() -> None:
    # 2**53 + 1 lies halfway between two doubles; the even one, 2**53, is right.
    tokens = [
        "9007199254740993",
        "9007199254740993.00000000000000000000000000000001",
        "0.1000000000000000055511151231257827",
    ]
    found = parse_scores(*columns(tokens))
    assert found.values.tolist() == [9007199254740992.0, 9007199254740994.0, 0.1]


@given(st.lists(st.integers(-(2**31) + 1, 2**31 - 1), min_size=1))
def test_ranks_are_read(ranks: list[int]) -> None:
    found = parse_ranks(*columns([str(rank) for rank in ranks]))
    assert found.values.tolist() == ranks
    assert len(found.text) == 0


@pytest.mark.parametrize("token", ["1.0", "first", "1e3", "-", "99999999999", "1_0", "٣", "2147483648"])
def test_what_is_no_rank(token: str) -> None:
    assert parse_ranks(*columns(["1", token, "2"])).text.tolist() == [1]
