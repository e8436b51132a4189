"""Windows of documents, and documents from passages: worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import SpecError
from harness.rankings import Run
from harness.records import Document
from harness.retrievers.passages.grouping import FirstPassage, MaxPassage, MeanPassages, SumPassages
from harness.retrievers.passages.windows import Windows, windows
from harness.retrievers.stages import document_of

RUN = Run.from_dict({"q": {"a#0": 1.0, "a#1": 5.0, "b#0": 4.0, "b#2": 3.5, "c#d#10": 2.0}}, "t")


def grouped(
    grouper: MaxPassage | FirstPassage | SumPassages | MeanPassages, depth: int = 9
) -> dict[str, float]:
    return grouper.group(RUN, depth, tag="t").to_dict()["q"]


def test_groupers_by_hand() -> None:
    assert grouped(MaxPassage()) == {"a": 5.0, "b": 4.0, "c#d": 2.0}
    assert grouped(FirstPassage()) == {"b": 4.0, "a": 1.0}
    assert grouped(SumPassages()) == {"b": 7.5, "a": 6.0, "c#d": 2.0}
    assert grouped(MeanPassages(k=2)) == {"b": 3.75, "a": 3.0, "c#d": 2.0}
    assert grouped(MeanPassages(k=1)) == grouped(MaxPassage())
    assert list(grouped(SumPassages(), depth=1)) == ["b"]


def test_windows_by_hand() -> None:
    assert list(windows("a b c d e", 3, 2)) == ["a b c", "c d e"]
    assert list(windows("a b c d e f", 3, 2)) == ["a b c", "c d e", "e f"]
    assert list(windows("a b", 3, 2)) == ["a b"]
    assert list(windows("", 3, 2)) == [""]


def test_each_window_has_the_title_and_the_documents_name() -> None:
    made = list(Windows(words=2, stride=2).prepare([Document("x#1", "T", "a b c"), Document("y", "U", "")]))
    assert made == [Document("x#1#0", "T", "a b"), Document("x#1#1", "T", "c"), Document("y#0", "U", "")]
    assert [document_of(each.id) for each in made] == ["x#1", "x#1", "y"]


@given(st.lists(st.sampled_from(["a", "b", "cc"]), max_size=40), st.integers(1, 9), st.integers(1, 9))
def test_windows_leave_no_word_out_and_end_once(split: list[str], words: int, stride: int) -> None:
    if stride > words:
        with pytest.raises(SpecError, match="stride"):
            Windows(words=words, stride=stride)
        return
    made = [window.split() for window in windows(" ".join(split), words, stride)]
    whole = made[0] + [word for window in made[1:] for word in window[words - stride :]]
    assert whole == split
    assert all(len(window) == words for window in made[:-1])
