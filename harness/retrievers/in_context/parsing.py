"""Reading a permutation from what a model wrote; the contract that RankGPT and RankLLM share.

W. Sun et al., "Is ChatGPT Good at Search?", EMNLP 2023; R. Pradeep et al., "RankZephyr", arXiv:2312.02724.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

from harness.retrievers.in_context.template import Template

VERDICTS: Final = ("ok", "wrong_format", "repetition", "missing_documents")


class Parsed(NamedTuple):
    """An order of documents 0 to n - 1, whatever the answer was, and what the answer was.

    Attributes:
        order: a permutation: what was named, in that order, then the rest in the order given.
        verdict: one of ``VERDICTS``: the first that holds of not matching the form (or naming nothing known),
            naming a document twice, leaving one out.
    """

    order: list[int]
    verdict: str


def parse(answer: str, template: Template, count: int) -> Parsed:
    """Read the labels of ``count`` documents from an answer.

    What stands before ``</think>`` is dropped; superscripts, circled and full-width digits become plain ones;
    repeated labels count once and unknown ones not at all.
    """
    text = unicodedata.normalize("NFKC", answer.rpartition("</think>")[2])
    numbers = {template.label(number): number for number in range(count)}
    found = [
        _plain(item[item.lastindex or 0]) for item in re.finditer(template.output_extraction_regex, text)
    ]
    named = [numbers[label] for label in found if label in numbers]
    order = list(dict.fromkeys(named))
    order += [number for number in range(count) if number not in set(order)]
    valid = re.fullmatch(template.output_validation_regex, text) is not None
    return Parsed(order, _verdict(valid and bool(named), found, named, count))


def _plain(label: str) -> str:
    """A number without leading zeros; letters as they are."""
    return str(int(label)) if label.isdecimal() else label


def _verdict(valid: bool, found: Sequence[str], named: Sequence[int], count: int) -> str:
    if not valid:
        return "wrong_format"
    if len(set(found)) < len(found):
        return "repetition"
    return "ok" if len(named) == count else "missing_documents"
