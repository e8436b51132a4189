"""The bounds between the verdicts, on both sides."""

from __future__ import annotations

import pytest

from harness.reproduction.verdict import Verdict, judge


@pytest.mark.parametrize("sign", [1, -1], ids=["too high", "too low"])
@pytest.mark.parametrize(
    ("difference", "tolerance", "verdict"),
    [
        (0.0, 1e-4, Verdict.REPRODUCED),
        (0.00005, 1e-4, Verdict.REPRODUCED),  # half a unit of the fourth digit
        (0.000051, 1e-4, Verdict.WITHIN),
        (0.0001, 1e-4, Verdict.WITHIN),
        (0.000101, 1e-4, Verdict.DIFFERENT),
        (0.004, 0.005, Verdict.WITHIN),
        (0.0051, 0.005, Verdict.DIFFERENT),
    ],
)
def test_the_verdict_is_the_same_for_too_high_and_too_low(
    sign: int, difference: float, tolerance: float, verdict: Verdict
) -> None:
    assert judge(0.6789, 0.6789 + sign * difference, tolerance) is verdict


def test_a_figure_printed_with_three_digits_is_met_by_what_rounds_to_it() -> None:
    assert judge(0.665, 0.66451, 1e-4, digits=3) is Verdict.REPRODUCED
    assert judge(0.665, 0.6644, 1e-4, digits=3) is Verdict.DIFFERENT


def test_only_different_and_failed_are_bad() -> None:
    assert [verdict for verdict in Verdict if verdict.bad] == [Verdict.DIFFERENT, Verdict.FAILED]
