"""The table of what admission notices: a code, whether a curator has to look first, and where it is found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from harness.registry import Registry
from harness.submissions.examined import Examined
from harness.submissions.receipt import Flag


class FlagKind(NamedTuple):
    """One thing to notice.

    A flag that ``holds`` keeps the submission from the board until a curator decides; any other is shown
    beside the run. ``function`` is a ``"module:function"`` from an examined run to a sentence, or None; it is
    empty for what is found by comparison with other runs or the ledger.
    """

    holds: bool
    meaning: str
    function: str = ""


_PATTERNS = "harness.submissions.patterns"
FLAGS: Mapping[str, FlagKind] = {
    "perfect": FlagKind(True, "Nearly every query has the best possible ranking.", f"{_PATTERNS}:perfect"),
    "oracle-top": FlagKind(
        True, "Nearly all documents judged relevant stand at the very top.", f"{_PATTERNS}:oracle_top"
    ),
    "scores-are-grades": FlagKind(
        True, "The scores of judged documents are their grades.", f"{_PATTERNS}:scores_are_grades"
    ),
    "only-judged": FlagKind(
        True, "Nearly every document retrieved is a judged one.", f"{_PATTERNS}:only_judged"
    ),
    "ties-favour-ids": FlagKind(
        False, "The order of tied documents by id scores better than chance.", f"{_PATTERNS}:ties_favour_ids"
    ),
    "same-run": FlagKind(True, "Another system has published this very run."),
    "same-scores": FlagKind(False, "Another run has the same value for every query and measure."),
    "near-copy": FlagKind(False, "Another run ranks nearly the same documents in the same order."),
    "name-in-use": FlagKind(True, "The system's name belongs to somebody else's run."),
    "withdrawn-before": FlagKind(True, "This run was withdrawn before."),
}

PATTERNS = Registry("pattern", {code: kind.function for code, kind in FLAGS.items() if kind.function})


def flag(code: str, message: str) -> Flag:
    """A flag as its table says."""
    return Flag(code, message, FLAGS[code].holds)


def suspicious(run: Examined) -> list[Flag]:
    """What the run itself shows."""
    found = ((code, PATTERNS[code](run)) for code in PATTERNS)
    return [flag(code, message) for code, message in found if message]
