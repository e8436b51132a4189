"""The stemmer. Expected stems are what Lucene 9.9's PorterStemFilter gives."""

from __future__ import annotations

import pytest

from harness.retrievers.lexical.porter import stem

LUCENE = {
    "caresses": "caress", "ties": "ti", "agreed": "agre", "feed": "feed", "hopping": "hop", "hoping": "hope",
    "falling": "fall", "filing": "file", "sky": "sky", "happy": "happi", "relational": "relat",
    "generalizations": "gener", "oscillators": "oscil", "communism": "commun", "adjustment": "adjust",
    "replacement": "replac", "adoption": "adopt", "controlling": "control", "rate": "rate", "cease": "ceas",
    "probate": "probat", "dying": "dy",
    # Where Snowball's porter gives possibli, psychologi and 1.
    "possibly": "possibl", "psychology": "psycholog", "1s": "1s",
}  # fmt: skip


@pytest.mark.parametrize("word", LUCENE)
def test_stems_are_lucenes(word: str) -> None:
    assert stem(word) == LUCENE[word]


@pytest.mark.parametrize("word", ["", "a", "as", "is", "x1", "\u00e9s"])
def test_words_of_two_letters_stay(word: str) -> None:
    assert stem(word) == word


def test_letters_outside_ascii_are_consonants() -> None:
    assert stem("\u03b1\u03b2\u03b3ing") == "\u03b1\u03b2\u03b3ing"  # no vowel before -ing
    assert stem("\U000104ebs") == "\U000104eb"  # one letter, but two of Java's units, so not too short
