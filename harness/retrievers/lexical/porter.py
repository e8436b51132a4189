"""Porter's stemmer, in the form that Lucene runs.

M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with the author's two later changes
(``bli`` to ``ble`` for ``abli`` to ``able``; ``logi`` to ``log``) and words of one or two letters left alone,
as in Lucene's ``PorterStemmer``. Snowball's ``porter`` differs in these three points. Any character other
than a, e, i, o, u and y counts as a consonant.
"""

from __future__ import annotations

import re
from typing import Final

_CONSONANT: Final = re.compile(r"[^aeiouy]")
_VOWEL: Final = re.compile(r"[aeiou]")

# Suffixes of a step, longest first where one ends with another; only the first that fits is tried.
_STEP_2: Final = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"),
    ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"),
    ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
    ("logi", "log"),
)  # fmt: skip
_STEP_3: Final = (
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
)  # fmt: skip
_STEP_4: Final = (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism",
    "ate", "iti", "ous", "ive", "ize",
)  # fmt: skip


def _by_last_letters(rules: tuple[tuple[str, str], ...]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Rules under the last two letters of their suffix, so that a word is held against few of them."""
    keys = {suffix[-2:] for suffix, _ in rules}
    return {key: tuple(rule for rule in rules if rule[0].endswith(key)) for key in keys}


_RULES_2: Final = _by_last_letters(_STEP_2)
_RULES_3: Final = _by_last_letters(_STEP_3)
_RULES_4: Final = _by_last_letters(tuple((suffix, "") for suffix in _STEP_4))


def stem(word: str) -> str:
    """Return the stem of a lower-case word."""
    if len(word) <= 2 and max(word, default="") <= "\uffff":  # Lucene counts UTF-16 units
        return word
    word = _plural(word)
    word = _past_and_gerund(word)
    if word.endswith("y") and "v" in _shape(word)[:-1]:
        word = word[:-1] + "i"
    word = _replace(word, _RULES_2, 0)
    word = _replace(word, _RULES_3, 0)
    word = _replace(word, _RULES_4, 1)
    return _final_letters(word)


def _shape(word: str) -> str:
    """One ``c`` or ``v`` a letter; y is a vowel after a consonant. The measure m is ``count("vc")``."""
    marks = _VOWEL.sub("v", _CONSONANT.sub("c", word))
    if "y" not in marks:
        return marks
    previous, result = "v", []
    for mark in marks:
        previous = mark if mark != "y" else ("v" if previous == "c" else "c")
        result.append(previous)
    return "".join(result)


def _ends_cvc(word: str, shape: str) -> bool:
    """Whether a short syllable ends the word: consonant, vowel, consonant other than w, x, y."""
    return shape.endswith("cvc") and word[-1] not in "wxy"


def _ends_double(word: str, shape: str) -> bool:
    return len(word) > 1 and word[-1] == word[-2] and shape[-1] == "c"


def _plural(word: str) -> str:
    """Step 1a."""
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word[-1] == "s" and word[-2] != "s" else word


def _past_and_gerund(word: str) -> str:
    """Step 1b."""
    if word.endswith("eed"):
        return word[:-1] if "vc" in _shape(word)[:-3] else word
    cut = 2 if word.endswith("ed") else 3 if word.endswith("ing") else 0
    shape = _shape(word)[:-cut] if cut else ""
    if "v" not in shape:
        return word
    word = word[:-cut]
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if _ends_double(word, shape):
        return word if word[-1] in "lsz" else word[:-1]
    return word + "e" if shape.count("vc") == 1 and _ends_cvc(word, shape) else word


def _replace(word: str, rules: dict[str, tuple[tuple[str, str], ...]], more_than: int) -> str:
    """Steps 2, 3 and 4: replace the suffix if the measure of what precedes it is above ``more_than``."""
    for suffix, replacement in rules.get(word[-2:], ()):
        if word.endswith(suffix):
            if suffix == "ion" and word[-4:-3] not in ("s", "t"):
                return word
            stem_length = len(word) - len(suffix)
            if _shape(word)[:stem_length].count("vc") > more_than:
                return word[:stem_length] + replacement
            return word
    return word


def _final_letters(word: str) -> str:
    """Steps 5a and 5b; both use the measure of the word as step 4 left it."""
    shape = _shape(word)
    measure = shape.count("vc")
    if word[-1] == "e" and (measure > 1 or (measure == 1 and not _ends_cvc(word[:-1], shape[:-1]))):
        word, shape = word[:-1], shape[:-1]
    if measure > 1 and word.endswith("l") and _ends_double(word, shape):
        word = word[:-1]
    return word
