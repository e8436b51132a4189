"""Word breaking. Expected tokens are what Lucene 9.9's StandardTokenizer gives for the same texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.retrievers.lexical.tokenizer import words

LUCENE = {
    "punctuated numbers and names": (
        "The 1,000 genomes project's 3.14 U.S.A. o'neil",
        ["The", "1,000", "genomes", "project's", "3.14", "U.S.A", "o'neil"],
    ),
    "letters beside digits": (
        "0-dimensional IL-2 p53-/- 5'-UTR 1.a a.1 1:2 a:b",
        ["0", "dimensional", "IL", "2", "p53", "5", "UTR", "1", "a", "a", "1", "1", "2", "a:b"],
    ),
    "low lines": ("x_y __init__ ___ a_1_b", ["x_y", "__init__", "a_1_b"]),
    "quotation marks": ("don't '' 'quoted' l\u2019amour", ["don't", "quoted", "l\u2019amour"]),
    "addresses": (
        "C++ C# .NET foo@bar.com http://a.b/c?d=e",
        ["C", "C", "NET", "foo", "bar.com", "http", "a.b", "c", "d", "e"],
    ),
    "accents": (
        "na\u00efve \u0395\u03bb\u03bb\u03ac\u03c2",
        ["na\u00efve", "\u0395\u03bb\u03bb\u03ac\u03c2"],
    ),
    "combining marks": ("e\u0301a\u00adb soft\u200bspace", ["e\u0301a\u00adb", "soft", "space"]),
    "Chinese, kana, Hangul": (
        "漢字かなカタカナ한국어 テスト_x",
        ["漢", "字", "か", "な", "カタカナ", "한국어", "テスト_x"],
    ),
    "Thai and Lao": ("ภาษาไทย ລາວ", ["ภาษาไทย", "ລາວ"]),
    "Hebrew": ("צה\"ל ג'ורג'", ['צה"ל', "ג'ורג'"]),
    "emoji": (
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7 #\ufe0f\u20e3",
        [
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
            "\U0001f1e9\U0001f1ea",
            "\U0001f1eb\U0001f1f7",
            "#\ufe0f\u20e3",
        ],
    ),
    "symbols": ("\u00b5m\u00b2 \u00bd \u2167 \u2460 \u00a9 a+b", ["\u00b5m", "\u2167", "\u00a9", "a", "b"]),
    "nothing": (" -- \t\n", []),
}


@pytest.mark.parametrize("name", LUCENE)
def test_words_are_lucenes(name: str) -> None:
    text, expected = LUCENE[name]
    assert words(text) == expected


def test_long_tokens_are_cut_at_255_utf16_units() -> None:
    assert list(map(len, words("x" * 256 + " " + "1," * 200))) == [255, 1, 255, 143]  # as in Lucene
    assert list(map(len, words("\U00010400" * 200))) == [127, 73]  # two units each
    assert words("_" * 300 + "a") == ["_" * 254 + "a"]  # connectors alone are no token, so the start moves


@given(st.text(alphabet=st.sampled_from("abZ019_.,:;'\"#-* \n"), max_size=40))
def test_the_short_pattern_for_ascii_agrees_with_the_full_rules(text: str) -> None:
    assert words(text) == words(text + " \u3002")  # an ideographic full stop: outside ASCII, and no word


@given(st.text(max_size=60))
def test_tokens_are_parts_of_the_text_in_order(text: str) -> None:
    position = 0
    for token in words(text):
        found = text.find(token, position)
        assert found >= 0, token
        position = found + len(token)


@pytest.mark.parametrize(
    "unit", ["_", "x", "x_", "1,", "\u0301", "_\u0301", "\u200d", "\u2139\u200d", "\u05d0'", "x\u0301"]
)
def test_a_long_hostile_text_comes_to_an_end(unit: str) -> None:
    text = unit * 100_000  # a quadratic pattern would take minutes here
    assert words(text) == words(text + "\u3002")
    assert sum(map(len, words(text))) <= len(text)
