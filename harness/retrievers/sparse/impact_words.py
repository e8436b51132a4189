"""The words of a text as DeepImpact and DeeperImpact read them, before wordpieces."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from typing import Any, Final, Literal

Words = Literal["bert", "ascii"]
"""``bert``: BERT's own pre-tokeniser (DeeperImpact); ``ascii``: the rules of DeepImpact's authors."""

_OTHER_THAN_QUERY: Final = re.compile(r"[^0-9A-Za-z.-]")
_OTHER_THAN_DOCUMENT: Final = re.compile(r"[^0-9A-Za-z.,-]")


def words_of(text: str, words: Words, tokenizer: Any, *, query: bool) -> list[str]:
    """The words of a text, punctuation included, in the order in which the model reads them.

    Args:
        text: of a query or a document.
        words: how it is cut.
        tokenizer: a fast tokenizer of BERT, for ``bert``.
        query: ``ascii`` cuts queries by other rules than documents.
    """
    if words == "ascii":
        return ascii_query(text) if query else ascii_document(text)
    backend = tokenizer.backend_tokenizer
    normal = backend.normalizer.normalize_str(text) if backend.normalizer else text
    return [word for word, _ in backend.pre_tokenizer.pre_tokenize_str(normal)]


def is_punctuation(word: str) -> bool:
    """Whether a word is one ASCII punctuation mark, which is read and has no impact."""
    return len(word) == 1 and word in string.punctuation


def ascii_document(text: str) -> list[str]:
    """Lower case; other than ASCII letters and digits only ``,`` ``.`` and ``-`` are read.

    A comma is a word of its own. Full stops are words of their own, too, unless they part single letters or
    digits (``u.s.`` is ``us``). A word with hyphens stands joined, then its parts in brackets. The rules of
    the authors' program (repository DI4IR/SIGIR2021).
    """
    read = _OTHER_THAN_DOCUMENT.sub(" ", text).lower().replace(",", " , ")
    made: list[str] = []
    for word in read.split():
        for part in _without_stops(word, " . ").split():
            hyphened = "-" in part
            made += [part.replace("-", ""), "(", *part.split("-"), ")"] if hyphened else [part]
    return [word for word in made if word]


def ascii_query(text: str) -> list[str]:
    """Lower case; other than ASCII letters and digits only ``.`` and ``-`` are read, to part words.

    Full stops part words unless all their parts are single characters, hyphens unless one part is: ``u.s.``
    is ``us``, ``e-mail`` is ``email``, ``low-cost`` two words. Rules as for documents by the same authors.
    """
    made: list[str] = []
    for word in _OTHER_THAN_QUERY.sub(" ", text).lower().split():
        for part in _without_stops(word, " ").split():
            pieces = part.split("-")
            made += (" " if len(min(pieces, key=len)) > 1 else "").join(pieces).split()
    return made


def _without_stops(word: str, between: str) -> str:
    parts = word.split(".")
    if len(parts) == 1:
        return word
    return (between if len(max(parts, key=len)) > 1 else "").join(parts)


def first_places(words: Sequence[str], initial: Sequence[bool]) -> dict[str, int]:
    """The token at which each word, without punctuation, begins for the first time.

    Args:
        words: of the whole text.
        initial: for each token that was read, special ones included, whether it begins a word; a text that
            was cut has fewer such tokens than words.
    """
    begins = [place for place, begin in enumerate(initial) if begin]
    places: dict[str, int] = {}
    for word, place in zip(words, begins, strict=False):
        if not is_punctuation(word):
            places.setdefault(word, place)
    return places
