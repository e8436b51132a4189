"""Corrections for testing many pairs at once: functions from a test's result to corrected p-values."""

from __future__ import annotations

import numpy as np

from harness.errors import CommandError, ScoreError
from harness.records import Floats
from harness.registry import Registry
from harness.statistics.matrix import frozen
from harness.statistics.pairtest import PairTest

CORRECTIONS = Registry(
    "correction",
    {
        "holm": "harness.statistics.corrections:holm",
        "bh": "harness.statistics.corrections:benjamini_hochberg",
        "max-t": "harness.statistics.corrections:max_t",
        "none": "harness.statistics.corrections:uncorrected",
    },
)
"""Name to function ``(PairTest) -> float64[m]``."""


def holm(result: PairTest) -> Floats:
    """Family-wise error rate by :func:`holm_p`."""
    return holm_p(result.p)


def benjamini_hochberg(result: PairTest) -> Floats:
    """False discovery rate by :func:`benjamini_hochberg_p`."""
    return benjamini_hochberg_p(result.p)


def max_t(result: PairTest) -> Floats:
    """Family-wise error rate by single-step max-T, which uses how the pairs depend on each other.

    Raises:
        CommandError: the test drew no sign flips.
    """
    if result.p_max is None:
        raise CommandError(
            f"The correction 'max-t' comes from sign flips, which the test {result.name!r} does not draw. "
            "Take the test 'randomisation', or the correction 'holm' or 'bh'."
        )
    return result.p_max


def uncorrected(result: PairTest) -> Floats:
    """Return the raw p-values: right for one pair that was named beforehand."""
    return result.p


def holm_p(p: Floats) -> Floats:
    """Holm (1979), step down: the k-th smallest of m p-values times m − k + 1, never falling, at most 1."""
    order = _checked_order(p)
    factors = np.arange(len(p), 0, -1)
    return _restored(np.maximum.accumulate(p[order] * factors), order)


def benjamini_hochberg_p(p: Floats) -> Floats:
    """Benjamini & Hochberg (1995), step up: the k-th smallest of m times m / k, never rising downwards."""
    order = _checked_order(p)
    scaled = p[order] * (len(p) / np.arange(1, len(p) + 1))
    return _restored(np.minimum.accumulate(scaled[::-1])[::-1], order)


def _checked_order(p: Floats) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    if not np.all((p >= 0) & (p <= 1)):
        raise ScoreError(f"A p-value lies between 0 and 1; found {p[~((p >= 0) & (p <= 1))][0]}.")
    return np.argsort(p, kind="stable")


def _restored(ordered: Floats, order: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Floats:
    corrected = np.empty_like(ordered)
    corrected[order] = np.minimum(ordered, 1.0)
    return frozen(corrected)
