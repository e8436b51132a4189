"""A column of strings behaves as the list of strings it stands for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import columns
from harness.columns import StringColumn, gather

strings = st.lists(st.text(st.characters(exclude_categories=["Cs"])))


@given(strings)
def test_a_column_gives_back_its_strings(texts: list[str]) -> None:
    column = StringColumn.from_strings(texts)
    assert len(column) == len(texts)
    assert list(column) == column.tolist() == texts
    assert [column[i] for i in range(-len(texts), len(texts))] == texts + texts
    assert column.lengths.tolist() == [len(text.encode()) for text in texts]


@given(strings, st.integers(0, 20), st.integers(0, 20))
def test_slices_are_those_of_a_list(texts: list[str], start: int, stop: int) -> None:
    start, stop = sorted((min(start, len(texts)), min(stop, len(texts))))
    assert StringColumn.from_strings(texts).tolist(start, stop) == texts[start:stop]
    assert StringColumn.from_strings(texts).tolist(start) == texts[start:]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1), st.data())
def test_take_picks_in_the_order_asked_for(texts: list[str], data: st.DataObject) -> None:
    indices = data.draw(st.lists(st.integers(0, len(texts) - 1)))
    taken = StringColumn.from_strings(texts).take(np.array(indices, dtype=np.int64))
    assert taken.tolist() == [texts[i] for i in indices]


def test_take_works_across_the_pieces_it_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "GATHERED_ROWS", 3)
    texts = ["", "a", "bc", "", "é", "def", "g"]
    order = np.array([6, 5, 4, 3, 2, 1, 0, 0, 5])
    assert StringColumn.from_strings(texts).take(order).tolist() == [texts[i] for i in order]
    data = np.frombuffer(b"abcdef", dtype=np.uint8)
    starts, lengths = np.array([4, 0, 2, 5]), np.array([2, 1, 0, 1])
    assert gather(data, starts, lengths).tobytes() == b"efaf"


@given(strings)
def test_byte_ranks_follow_the_order_of_utf8(texts: list[str]) -> None:
    texts = [text.replace("\0", "") for text in texts]  # ids hold no NUL
    distinct = sorted({text.encode() for text in texts})
    assert StringColumn.from_strings(texts).byte_ranks().tolist() == [
        distinct.index(t.encode()) for t in texts
    ]


def test_one_long_string_does_not_pad_all_the_others() -> None:
    texts = [f"d{i}" for i in range(100_000)] + ["x" * 60_000]  # padded: six gigabytes
    ranks = StringColumn.from_strings(texts).byte_ranks()
    assert ranks[-1] == 100_000
    assert (ranks[0], ranks[1], ranks[10]) == (0, 1, 2)  # d0, d1, d10: bytes, not numbers


@given(strings)
def test_equality_is_that_of_the_strings(texts: list[str]) -> None:
    column = StringColumn.from_strings(texts)
    padded = StringColumn.from_strings(["unused", *texts, "unused"])
    inner = StringColumn(padded.data, padded.offsets[1:-1])
    assert inner == column
    assert inner.compact().tolist() == texts
    assert column != StringColumn.from_strings([*texts, "more"])
    assert column != texts


def test_an_index_outside_is_an_error() -> None:
    with pytest.raises(IndexError, match="outside a column of 1"):
        _ = StringColumn.from_strings(["a"])[1]
