"""Words in running text, as Lucene's StandardTokenizer finds them.

The rules are those of Unicode Standard Annex #29 ("Unicode Text Segmentation", Word Boundaries, Unicode 12.1)
with Lucene's additions: ideographs and hiragana one by one, runs of South-East Asian scripts and emoji
sequences whole. A text with characters outside ASCII is first written as one class letter a character, so
that the rules below read like the annex's; ASCII text has a shorter pattern with the same result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

MAX_TOKEN_LENGTH: Final = 255
"""UTF-16 units; a longer match is cut here and goes on as a new token, as in Lucene."""

_LETTER_OF_CLASS: Final = {
    "Letter": "L",
    "Hebrew": "H",
    "Numeric": "N",
    "Katakana": "K",
    "Extend": "X",
    "MidLetter": "M",
    "MidNum": "T",
    "MidNumLet": "B",
    "ExtendNumLet": "U",
    "SouthEastAsian": "S",
    "SouthEastAsianMark": "s",
    "Single": "I",
    "Emoji": "E",
    "EmojiLetter": "e",
    "EmojiModifier": "m",
    "Regional": "R",
}
_OWN_CLASS: Final = {
    '"': "D", "'": "Q", "#": "C", "*": "C", "\u200d": "Z", "\u20e3": "k", "\ufe0e": "V", "\ufe0f": "W",
}  # fmt: skip
_OTHER: Final = "-"

# What may stand before a token's first letter; bounded, or a long row of low lines would take quadratic time.
_FEW = f"{{0,{MAX_TOKEN_LENGTH - 1}}}+"
# Characters that extend the one before them (WB4); inside emoji without the presentation selectors and
# without a joiner that joins.
_X, _Y = "[XZVWskm]*+", f"(?:[Xskm]|Z(?!Z{_FEW}[Ee]))*"
# Quotation marks inside Hebrew (WB7a-c), numbers with inner punctuation (WB8, WB11-12), letters (WB5-7).
_HEBREW = f"H{_X}D{_X}H{_X}|H{_X}Q{_X}"
_NUMBER = f"N{_X}(?:[TBQ]{_X}N{_X})*"
_WORD = f"[LHe]{_X}(?:[MBQ]{_X}[LHe]{_X})*"
_GROUP = f"(?:(?:K{_X})+|(?:{_HEBREW}|{_NUMBER}|{_WORD})+)"
# Connectors such as the low line join whatever stands on their two sides (WB13a-b).
_U = f"(?:U{_X})"
_ALPHANUMERIC = f"{_U}{_FEW}{_GROUP}(?:{_U}+{_GROUP})*{_U}*"
# An emoji with a modifier or a presentation selector, or several held together by joiners; flags; keycaps.
_PICTURE = f"(?:Z{_FEW}[Ee]{_Y}W?|(?:Z{_FEW}[Ee]{_Y})?m{_Y})"
_EMOJI = f"{_PICTURE}(?:Z{_PICTURE})*|C[XZskm]*W?k[XZskm]*|R{_X}R{_X}"
_JOINED = f"e{_Y}W?(?=Z+E)(?:Z{_PICTURE})+"  # begins like a word, since these emoji are letters too
_CLASSES: Final = re.compile(f"{_JOINED}|{_ALPHANUMERIC}|{_EMOJI}|(?:[Ss]{_X})+|I{_X}")

_ASCII: Final = re.compile(
    rf"_{_FEW}(?:[A-Za-z]++(?:[:.'](?=[A-Za-z]))?|[0-9]++(?:[,;.'](?=[0-9]))?)"
    r"(?:[A-Za-z]++(?:[:.'](?=[A-Za-z]))?|[0-9]++(?:[,;.'](?=[0-9]))?|_++)*+"
)


def words(text: str) -> list[str]:
    """Split a text into tokens, unchanged in case and in the order of the text."""
    if text.isascii():
        found = _ASCII.findall(text)
        if len(text) <= MAX_TOKEN_LENGTH or max(map(len, found), default=0) <= MAX_TOKEN_LENGTH:
            return found
        return list(_matches(_ASCII, text, text))
    return list(_matches(_CLASSES, text.translate(_class_table()), text))


def _matches(pattern: re.Pattern[str], classes: str, text: str) -> Iterator[str]:
    """Match after match; inside a long one, piece by piece of what a token may hold."""
    position = 0
    while match := pattern.search(classes, position):
        position, end = match.span()
        if end - position <= MAX_TOKEN_LENGTH // 2:
            yield text[position:end]
            position = end
        while position < end:
            piece = pattern.match(classes, position, _limit(text, position))
            if piece:
                yield text[position : piece.end()]
            position = piece.end() if piece else position + 1


def _limit(text: str, start: int) -> int:
    """Where a token that begins at ``start`` must end at the latest."""
    units = 0
    for index in range(start, min(start + MAX_TOKEN_LENGTH, len(text))):
        units += 2 if text[index] > "\uffff" else 1
        if units > MAX_TOKEN_LENGTH:
            return index
    return min(start + MAX_TOKEN_LENGTH, len(text))


class _ClassTable(dict[int, str]):
    """Code point to class letter; what no class holds separates."""

    def __missing__(self, key: int) -> str:
        return _OTHER


@cache
def _class_table() -> _ClassTable:
    """Read ``wordbreak.txt`` beside this module."""
    table = _ClassTable()
    letter = ""
    lines = resources.files(__package__).joinpath("wordbreak.txt").read_text(encoding="ascii").splitlines()
    for line in lines:
        if line.startswith("["):
            letter = _LETTER_OF_CLASS[line.strip("[]")]
        elif line and not line.startswith("#"):
            for item in line.split():
                first, _, last = item.partition("-")
                table.update(dict.fromkeys(range(int(first, 16), int(last or first, 16) + 1), letter))
    table.update({ord(character): own for character, own in _OWN_CLASS.items()})
    return table
