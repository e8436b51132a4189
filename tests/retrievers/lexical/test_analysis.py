"""Analyzers: the order of Lucene's filters, and the table."""

from __future__ import annotations

from typing import get_args

import pytest

from harness.retrievers.lexical.analysis import ANALYZERS, STOP_WORDS, AnalyzerName

TEXT = "The IT's Cats' dogs\u2019s WILL be running, of \u0130zmir \u03a3\u039f\u03a6\u039f\u03a3"
GREEK = "\u03c3\u03bf\u03c6\u03bf\u03c3"  # lower case letter by letter, as in Java: no final sigma

EXPECTED = {
    # As printed by Lucene 9.9's EnglishAnalyzer: "IT's" loses its possessive first and is then a stop word.
    "lucene-english": ["cat", "dog", "run", "izmir", GREEK],
    "lucene-english-nostem": ["cats", "dogs", "running", "izmir", GREEK],
    "lucene-standard": ["the", "it's", "cats", "dogs\u2019s", "will", "be", "running", "of", "izmir", GREEK],
    "whitespace": TEXT.split(),
}


@pytest.mark.parametrize("name", ANALYZERS)
def test_terms(name: str) -> None:
    assert ANALYZERS[name](TEXT) == EXPECTED[name]


def test_the_type_of_the_parameter_lists_the_table() -> None:
    assert set(get_args(AnalyzerName)) == set(ANALYZERS)


def test_there_are_33_stop_words() -> None:
    assert len(STOP_WORDS) == 33


def test_whitespace_is_javas() -> None:
    analyzer = ANALYZERS["whitespace"]
    assert analyzer("a\u00a0b\u2003c") == ["a\u00a0b", "c"]  # a no-break space does not separate
    assert list(map(len, analyzer("x" * 300))) == [255, 45]
