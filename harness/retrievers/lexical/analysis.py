"""From text to index terms: a splitter and what is done to each of its tokens."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from harness.registry import Registry
from harness.retrievers.lexical.porter import stem
from harness.retrievers.lexical.tokenizer import MAX_TOKEN_LENGTH, words

AnalyzerName = Literal["lucene-english", "lucene-english-nostem", "lucene-standard", "whitespace"]
"""The keys of :data:`ANALYZERS`, as a type that parameters can have."""

STOP_WORDS: Final = frozenset(
    {
        *(
            "a",
            "an",
            "and",
            "are",
            "as",
            "at",
            "be",
            "but",
            "by",
            "for",
            "if",
            "in",
            "into",
            "is",
            "it",
            "no",
        ),
        *("not", "of", "on", "or", "such", "that", "the", "their", "then", "there", "these", "they", "this"),
        *("to", "was", "will", "with"),
    }
)
"""The 33 words of Lucene's ``EnglishAnalyzer.ENGLISH_STOP_WORDS_SET``."""

# Everything but what Java calls white space; the three no-break spaces are not.
_NOT_SPACE: Final = re.compile(r"(?:[^\s\x85]|[\x85\u00a0\u2007\u202f])+")


@dataclass(frozen=True, slots=True)
class Analyzer:
    """Text to terms in two steps, so that the second can be remembered for each distinct token.

    Attributes:
        split: a text to its tokens, in order.
        term: a token to its term, or None for a token that is dropped (a stop word).
    """

    split: Callable[[str], list[str]]
    term: Callable[[str], str | None]

    def __call__(self, text: str) -> list[str]:
        """Return the terms of a text, in order and with repeats."""
        return [term for term in map(self.term, self.split(text)) if term is not None]


def _lower(token: str) -> str:
    """Lower case letter by letter, as in Java: no final sigma, and one letter for the dotted capital I."""
    if token.isascii():
        return token.lower()
    return "".join(character.lower()[0] for character in token)


def _english_word(token: str) -> str | None:
    """Lucene's EnglishPossessiveFilter, LowerCaseFilter and StopFilter, in EnglishAnalyzer's order."""
    if token[-1] in "sS" and token[-2:-1] in ("'", "\u2019", "\uff07"):
        token = token[:-2]
    word = _lower(token)
    return None if word in STOP_WORDS else word


def _english_stem(token: str) -> str | None:
    word = _english_word(token)
    return None if word is None else stem(word)


def _split_at_spaces(text: str) -> list[str]:
    """Lucene's WhitespaceTokenizer; long tokens are cut, counted in characters."""
    size = MAX_TOKEN_LENGTH
    tokens = _NOT_SPACE.findall(text)
    return [token[i : i + size] for token in tokens for i in range(0, len(token), size)]


def _as_it_is(token: str) -> str:
    return token


LUCENE_ENGLISH: Final = Analyzer(words, _english_stem)
"""Lucene's EnglishAnalyzer, also Anserini's default: words, possessives, lower case, stop words, Porter."""

LUCENE_ENGLISH_NOSTEM: Final = Analyzer(words, _english_word)
"""The same without the stemmer."""

LUCENE_STANDARD: Final = Analyzer(words, _lower)
"""Lucene's StandardAnalyzer: words in lower case, for any language written with spaces or ideographs."""

WHITESPACE: Final = Analyzer(_split_at_spaces, _as_it_is)
"""Lucene's WhitespaceAnalyzer: text that was tokenized elsewhere."""

ANALYZERS: Final = Registry(
    "analyzer",
    {
        "lucene-english": "harness.retrievers.lexical.analysis:LUCENE_ENGLISH",
        "lucene-english-nostem": "harness.retrievers.lexical.analysis:LUCENE_ENGLISH_NOSTEM",
        "lucene-standard": "harness.retrievers.lexical.analysis:LUCENE_STANDARD",
        "whitespace": "harness.retrievers.lexical.analysis:WHITESPACE",
    },
)
