"""The verdict on one score: symmetric, so that too high is as wrong as too low."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

SLACK: Final = 1e-9
"""Absorbs the binary rounding of the differences themselves; far below the digits that are printed."""


class Verdict(StrEnum):
    """What became of a promised score."""

    REPRODUCED = "reproduced"
    WITHIN = "within tolerance"
    DIFFERENT = "different"
    FAILED = "failed"
    CANNOT = "cannot run here"

    @property
    def bad(self) -> bool:
        """Whether it makes the command's exit code 1; what cannot run here is counted, but is no fault."""
        return self in (Verdict.DIFFERENT, Verdict.FAILED)


def judge(promised: float, found: float, tolerance: float, *, digits: int = 4) -> Verdict:
    """Compare a found mean with one that was printed with ``digits`` decimals.

    Reproduced: the difference is at most half a unit of the last printed digit (5e-5 for four digits), that
    is, the found mean rounds to the promised one. Within tolerance: more than that and at most
    ``tolerance``. Different: anything else. Each bound has 1e-9 added for the rounding of the subtraction.
    """
    difference = abs(found - promised)
    if difference <= 0.5 * 10.0**-digits + SLACK:
        return Verdict.REPRODUCED
    return Verdict.WITHIN if difference <= tolerance + SLACK else Verdict.DIFFERENT
